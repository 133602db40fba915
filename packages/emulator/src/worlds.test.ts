import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { until } from '@postern/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Emulator, startWorlds, type WorldServer } from './emulator.ts';
import { storeLimits } from './store/store.ts';
import { ask, linesOf } from './test/client.ts';
import { runScript } from './test/exec.ts';

let worlds: WorldServer;
beforeAll(async () => {
  worlds = await startWorlds();
});
afterAll(() => worlds.close());

/** One world, as if it were alone. */
const world = (name: string): Emulator => ({ ...worlds, ...worlds.world(name) });

function dialExec(token: string, query: string): WebSocket {
  return new WebSocket(`${worlds.url.replace('https', 'wss')}${POD}/exec?${query}`, 'v5.channel.k8s.io', {
    ca: worlds.caPem,
    headers: { authorization: `Bearer ${token}` },
  });
}

const POD = '/api/v1/namespaces/shop/pods/postgres-0';
const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';

it('keeps a world by its name, and gives each a token of its own', () => {
  const [one, same, other] = [worlds.world('one'), worlds.world('one'), worlds.world('other')];
  expect(same).toEqual(one);
  expect(other.token).not.toBe(one.token);
  expect(Buffer.from(one.token, 'base64url')).toHaveLength(32);
  expect(one.kubeconfig).toContain(one.token);
  expect(one.kubeconfig).not.toContain(other.token);
});

it('shows nothing of one world in another: objects, watches, versions, rights', async () => {
  const [one, other] = [world('one'), world('other')];
  const pods = await Promise.all([one, other].map(async (each) => (await ask(each, POD)).json.metadata.uid));
  expect(pods[0]).not.toBe(pods[1]);
  const { resourceVersion } = (await ask(other, CONFIG_MAPS)).json.metadata;
  const seen = linesOf(other, `${CONFIG_MAPS}?watch=true&resourceVersion=${resourceVersion}`, { enough: () => true });
  const make = (to: Emulator, name: string) =>
    ask(to, CONFIG_MAPS, { method: 'POST', body: { metadata: { name }, data: { of: name } } });
  expect((await make(one, 'only-in-one')).status).toBe(201);
  expect((await make(other, 'only-in-other')).status).toBe(201);
  expect(await seen).toEqual([expect.stringContaining('only-in-other')]);
  expect((await ask(other, `${CONFIG_MAPS}/only-in-one`)).status).toBe(404);
  const bind = await ask(one, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    method: 'POST',
    body: {
      metadata: { name: 'mallory' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', name: 'mallory' }],
    },
  });
  expect(bind.status).toBe(201);
  const headers = { 'impersonate-user': 'mallory' };
  expect((await ask(one, CONFIG_MAPS, { headers })).status).toBe(200);
  expect((await ask(other, CONFIG_MAPS, { headers })).status).toBe(403);
});

it('shows a process no file of another world', async () => {
  const [one, other] = [world('one'), world('other')];
  const { stdout: home } = await runScript(one, 'echo secret > mine; pwd');
  expect(existsSync(home.trim())).toBe(true);
  expect((await runScript(one, 'cat mine')).stdout).toBe('secret\n');
  const inOther = await runScript(other, `ls; ls ${home.trim()}; cat ${home.trim()}/mine`);
  expect(inOther.stdout).toBe('README.txt\n');
});

it('ends a world with its token, watches, terminals and files, and makes a fresh one of the same name', async () => {
  const gone = world('short');
  await ask(gone, CONFIG_MAPS, { method: 'POST', body: { metadata: { name: 'old' } } });
  const { stdout: home } = await runScript(gone, 'pwd');
  const watch = linesOf(gone, `${CONFIG_MAPS}?watch=true`, { enough: () => false }).catch(() => 'broken off');
  const shell = dialExec(gone.token, 'command=cat&stdin=true&stdout=true');
  const closed = once(shell, 'close');
  await once(shell, 'open');
  worlds.endWorld('short');
  await Promise.all([watch, closed]);
  await until(() => !existsSync(home.trim()));
  expect((await ask(gone, POD)).status).toBe(401);
  expect((await ask(world('one'), POD)).status).toBe(200);
  const fresh = world('short');
  expect(fresh.token).not.toBe(gone.token);
  expect((await ask(fresh, `${CONFIG_MAPS}/old`)).status).toBe(404);
});

it('gives each of many worlds an equal share of the memory', async () => {
  const { size, sizeOfAll } = storeLimits;
  const create = (name: string) =>
    ask(world('one'), CONFIG_MAPS, {
      method: 'POST',
      body: { metadata: { name }, data: { text: 'x'.repeat(600_000) } },
    });
  try {
    // As much as two worlds may hold, and there are at least two.
    Object.assign(storeLimits, { size: sizeOfAll, sizeOfAll: 3 * 1024 ** 2 });
    worlds.world('other');
    const answers = [await create('first'), await create('second'), await create('third')];
    expect(answers.map(({ status }) => status)).toContain(201);
    expect(answers.at(-1)).toMatchObject({
      status: 403,
      json: { message: expect.stringMatching(/exceeded quota.* 1 MiB/) },
    });
  } finally {
    Object.assign(storeLimits, { size, sizeOfAll });
  }
});

it('refuses upgrades with an unknown token, and requests without any', async () => {
  const [, answer] = await once(dialExec('wrong', 'command=ls&stdout=true'), 'unexpected-response');
  expect(answer.statusCode).toBe(401);
  const { status, json } = await ask(world('one'), POD, { token: null });
  expect({ status, message: json.message }).toEqual({
    status: 403,
    message: expect.stringContaining('User "system:anonymous" cannot get resource "pods"'),
  });
});
