import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LocalAgents } from './agents.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';

let data: DataFolder;
beforeEach(async () => {
  data = await openDataFolder(await mkdtemp(join(tmpdir(), 'postern-agents-')));
});
afterEach(() => rm(data.path, { recursive: true }));

it('never shows one context as the cluster that another one is', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const contexts = (context: string) => new Map([['prod', { kubeconfig: join(data.path, 'gone'), context }]]);
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
    expect(said).toHaveBeenLastCalledWith(
      '"prod" is the context a/prod here, so b/prod is not connected. Delete the cluster, or rename the context.\n',
    );
  } finally {
    said.mockRestore();
  }
}, 30_000);

it('says that an agent ended, keeps its join token out of its arguments, and never makes the end wait', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const upstreams = new Map([['kind', { kubeconfig: join(data.path, 'gone') }]]);
    const gateway = { url: 'https://localhost:1', caFile: join(data.path, 'gone') };
    const agents = new LocalAgents(data, gateway, upstreams);
    await agents.join({ name: 'kind', organization: 'acme', clusterId: 'c', joinToken: 'postern_join_x' });
    const [agent] = agents.children;
    expect(agent?.process.spawnargs.join(' ')).not.toContain('postern_join_x');
    await vi.waitFor(() => expect(said).toHaveBeenCalled(), { timeout: 20_000 });
    const sentence = `The agent of "kind" ended (exit code 1; see ${data.file('logs', 'agent-c.log')}). It starts again in `;
    expect(said.mock.calls.map(([text]) => text)).toEqual([expect.stringContaining(sentence)]);
    const asked = performance.now();
    await agents.stop(1_000);
    // The pause before the next try is longer.
    expect(performance.now() - asked).toBeLessThan(500);
    expect((await readFile(data.file('children.pids'), 'utf8')).trim().split('\n')).toHaveLength(1);
  } finally {
    said.mockRestore();
  }
}, 30_000);
