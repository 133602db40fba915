import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, until } from '@postern/testkit';
import { describe, expect, inject, it } from 'vitest';
import { admin } from '../harness/admin.ts';
import { expectOk, run } from '../harness/kubectl.ts';
import { newestClient } from '../harness/matrix.ts';
import { clusterStatus, signUp } from '../harness/onboarding.ts';
import { postern, startProduct, stopProduct } from '../harness/process.ts';

const harness = inject('harness');

describe.skipIf(!harness.product)('npm start -- --connect', () => {
  it('connects a cluster of the user’s own kubeconfig, and stops within 5 s', { timeout: 300_000 }, async () => {
    const folder = join(harness.folder, 'connect');
    mkdirSync(folder);
    const [data, home, kubeconfig] = [join(folder, 'data'), join(folder, 'home'), join(folder, 'kubeconfig')];
    const port = await freePort('0.0.0.0');
    const ready = await startProduct({
      data,
      port,
      publicUrl: `https://localhost:${port}`,
      args: ['--no-demo', '--connect'],
      env: { KUBECONFIG: harness.adminKubeconfig },
    });
    const name = 'testcluster';
    try {
      await signUp({ home, ready, email: 'own@example.com', organization: 'own' });
      await until(async () => (await clusterStatus(home, name)) === 'online', {
        what: 'the agent',
        timeoutMs: 30_000,
      });
      await postern(home, ['kubeconfig', name, '--token', '--output', kubeconfig]);
      const client = { ...newestClient(), kubeconfig };
      expect(await expectOk(client, ['get', 'pods', '-A', '-o', 'name'])).toContain('pod/shell\n');
      const exec = await run(client, [
        'exec',
        '-n',
        'demo',
        'shell',
        '-c',
        'shell',
        '--',
        'sh',
        '-c',
        'echo hi; exit 3',
      ]);
      expect([exec.code, exec.stdout.toString()]).toEqual([3, 'hi\n']);
    } finally {
      const listed = JSON.parse(await postern(home, ['cluster', 'list', '--json'])) as { items: { id: string }[] };
      expect(await stopProduct(data)).toBeLessThan(5_000);
      const own = `app.kubernetes.io/instance=${listed.items[0]?.id}`;
      await expectOk(admin(), ['delete', 'clusterrole,clusterrolebinding', '-l', own]);
    }
  });
});
