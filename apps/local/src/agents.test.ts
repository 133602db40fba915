import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LocalAgents } from './agents.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { restartPolicy } from './supervisor.ts';
import { sameForAll, type UpstreamSource } from './upstream.ts';

/** A program in the place of the agent: it runs until a file `refused` is in its state folder, and then exits like a refused agent. */
const untilRefused = `
  const { existsSync, watch } = require('node:fs');
  const state = process.argv[process.argv.indexOf('--state') + 1];
  const look = () => existsSync(state + '/refused') && process.exit(2);
  watch(state, look);
  look();
  process.on('SIGTERM', () => process.exit(0));
`;

let data: DataFolder;
beforeEach(async () => {
  data = await openDataFolder(await mkdtemp(join(tmpdir(), 'postern-agents-')));
});
afterEach(() => rm(data.path, { recursive: true }));

it('never connects one context as the cluster of another', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const contexts = (context: string) =>
    new Map([['prod', sameForAll({ kubeconfig: join(data.path, 'gone'), context })]]);
  const gateway = { url: 'https://localhost:1', caFile: join(data.path, 'gone') };
  try {
    const before = new LocalAgents(data, gateway, contexts('a/prod'));
    await before.join({ name: 'prod', organization: 'acme', clusterId: 'c', joinToken: 'postern_join_x' });
    await before.stop(1_000);
    const same = new LocalAgents(data, gateway, contexts('a/prod'));
    await same.resume();
    expect(same.children).toHaveLength(1);
    await same.stop(1_000);
    const other = new LocalAgents(data, gateway, contexts('b/prod'));
    await other.resume();
    expect(other.children).toEqual([]);
    expect(stderr).toHaveBeenLastCalledWith(
      '"prod" is the context a/prod here, so b/prod is not connected. Delete the cluster, or rename the context.\n',
    );
  } finally {
    stderr.mockRestore();
  }
}, 30_000);

it('reports that an agent ended, keeps its join token out of its arguments, and stops without delay', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const upstreams = new Map([['kind', sameForAll({ kubeconfig: join(data.path, 'gone') })]]);
    const restarts = { ...restartPolicy, shortest: 3_600_000, longest: 3_600_000 };
    const gateway = { url: 'https://localhost:1', caFile: join(data.path, 'gone'), restarts };
    const agents = new LocalAgents(data, gateway, upstreams);
    await agents.join({ name: 'kind', organization: 'acme', clusterId: 'c', joinToken: 'postern_join_x' });
    const [agent] = agents.children;
    expect(agent?.process.spawnargs.join(' ')).not.toContain('postern_join_x');
    await vi.waitFor(() => expect(stderr).toHaveBeenCalled(), { timeout: 20_000 });
    const sentence = `The agent of "kind" ended (exit code 1; see ${data.file('logs', 'agent-c.log')}). It starts again in `;
    expect(stderr.mock.calls.map(([text]) => text)).toEqual([expect.stringContaining(sentence)]);
    // Although the next start is an hour away.
    await agents.stop(1_000);
    expect((await readFile(data.file('children.pids'), 'utf8')).trim().split('\n')).toHaveLength(1);
  } finally {
    stderr.mockRestore();
  }
}, 30_000);

it('says which cluster is beyond the limit, and connects it when another one was deleted', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const said = () => stderr.mock.calls.map(([text]) => String(text));
  const forgotten: string[] = [];
  const demos: UpstreamSource = {
    most: 2,
    of: async (clusterId) => ({ kubeconfig: data.file(clusterId) }),
    forget: (clusterId) => forgotten.push(clusterId),
  };
  const program = data.file('agent.cjs');
  await writeFile(program, untilRefused);
  const gateway = { url: 'https://localhost:1', caFile: data.file('gone'), command: [program] };
  const agents = new LocalAgents(data, gateway, new Map([['demo', demos]]));
  const kubeconfigs = () =>
    agents.children.map(({ process: { spawnargs } }) => spawnargs[spawnargs.indexOf('--kubeconfig') + 1]);
  try {
    for (const organization of ['acme', 'beta', 'gamma', 'delta']) {
      await agents.join({ name: 'demo', organization, clusterId: `of-${organization}`, joinToken: 'postern_join_x' });
    }
    await vi.waitFor(() => expect(kubeconfigs()).toEqual([data.file('of-acme'), data.file('of-beta')]));
    expect(said()).toEqual([
      expect.stringMatching(/^The cluster "demo" of the organization "gamma" is not connected: .* at most 2 /),
      expect.stringMatching(/^The cluster "demo" of the organization "delta" is not connected: .* at most 2 /),
    ]);
    await agents.remove('of-acme');
    await vi.waitFor(() => expect(kubeconfigs()).toEqual([data.file('of-beta'), data.file('of-gamma')]));
    expect(forgotten).toEqual(['of-acme']);
    await agents.remove('of-acme');
    await agents.remove('elsewhere');
    expect(await readdir(data.file('agents'))).toEqual(['of-beta', 'of-delta', 'of-gamma']);
    await writeFile(data.file('agents', 'of-beta', 'refused'), '');
    await vi.waitFor(() => expect(kubeconfigs()).toEqual([data.file('of-gamma'), data.file('of-delta')]), 20_000);
    expect(forgotten).toEqual(['of-acme', 'of-beta']);
    expect(said().slice(2)).toEqual([expect.stringMatching(/^The agent of "demo" ended .* it was refused for good/)]);
  } finally {
    await agents.stop(1_000);
    stderr.mockRestore();
  }
}, 60_000);
