import { describe, expect, inject, it } from 'vitest';
import { apiAccess } from '../harness/api-access.ts';
import type { Client } from '../harness/client.ts';
import { expectOk, type Running, start } from '../harness/kubectl.ts';
import { asAdmin, plainClients } from '../harness/matrix.ts';

const { kubeconfig, direct } = inject('harness');

/** Runs `kubectl proxy` on a free port while `use` runs. */
async function withProxy(client: Client, args: string[], use: (url: string) => Promise<void>): Promise<void> {
  const proxy: Running = start(client, ['proxy', '--port=0', ...args]);
  const served = await proxy.until(({ output }) => /127\.0\.0\.1:\d+/.exec(output)?.[0]);
  try {
    await use(`http://${served}`);
  } finally {
    await proxy.stop();
  }
}

const pod = '/api/v1/namespaces/demo/pods/shell';

describe.each(plainClients())('$title', ({ client }) => {
  it.each([
    ['proxy: list, get, watch and logs', []],
    ['proxy --append-server-path: the same', ['--append-server-path']],
  ])('%s', async (_title, args) => {
    await withProxy(client, args, async (url) => {
      const straight = JSON.parse(await expectOk(asAdmin(client), ['get', '--raw', pod])) as object;
      expect(await (await fetch(url + pod)).json()).toEqual(straight);
      expect(await (await fetch(`${url}/version`)).json()).toHaveProperty('gitVersion');
      expect(await (await fetch(`${url}/apis`)).json()).toMatchObject({ kind: 'APIGroupList' });
      const log = await fetch(`${url}/api/v1/namespaces/demo/pods/ticker/log?tailLines=2`);
      expect(await log.text()).toMatch(/^(tick \d+\n){2}$/);
      const watch = await fetch(`${url}/api/v1/namespaces/demo/pods?watch=1&fieldSelector=metadata.name%3Dshell`);
      const first = await watch.body?.getReader().read();
      expect(Buffer.from(first?.value ?? []).toString()).toMatch(/^\{"type":"ADDED"/);
    });
  });

  it('get --raw: the same as directly from the apiserver', async () => {
    for (const path of [pod, '/apis', '/openapi/v3', '/api/v1/namespaces/demo/pods/shell?pretty=false', '/healthz']) {
      expect(await expectOk(client, ['get', '--raw', path])).toBe(
        await expectOk(asAdmin(client), ['get', '--raw', path]),
      );
    }
  });

  it.skipIf(direct)('--server with the host alone: get, logs, exec', async () => {
    const host = [`--server=${apiAccess(kubeconfig).origin}`];
    expect(await expectOk(client, [...host, 'get', 'pods', '-n', 'demo', 'shell', '-o', 'name'])).toBe('pod/shell\n');
    expect(await expectOk(client, [...host, 'logs', '-n', 'demo', 'ticker', '--tail=1'])).toMatch(/^tick \d+\n$/);
    const exec = [...host, 'exec', '-n', 'demo', 'shell', '-c', 'cat', '--', 'echo', 'hi'];
    expect(await expectOk(client, exec)).toBe('hi\n');
  });
});
