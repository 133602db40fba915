import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { apiAccess } from '../harness/api-access.ts';
import { execute } from '../harness/process.ts';
import { pythonClient } from '../harness/python.ts';

const { kubeconfig, direct, folder } = inject('harness');
const packages = await pythonClient();
const access = apiAccess(kubeconfig);

/** Skipped for direct runs: the administrator of the test cluster has a certificate and no token. */
describe.skipIf(direct || packages === undefined).each([
  ['at the address of the kubeconfig', access.path],
  ['at the host alone', ''],
])('Python client %s', (_name, base) => {
  const caFile = join(folder, 'python-ca.crt');

  async function call(...args: string[]): Promise<unknown> {
    writeFileSync(caFile, access.tls.ca);
    const env = {
      PYTHONPATH: packages,
      HOST: access.origin + base,
      TOKEN: access.headers['authorization']?.replace('Bearer ', ''),
      CA_FILE: caFile,
    };
    return JSON.parse(await execute('python3', [join(import.meta.dirname, 'python_client.py'), ...args], { env }));
  }

  it('list', async () => expect(await call('list')).toContain('shell'));
  it('watch', async () => expect(await call('watch')).toContainEqual(['ADDED', 'shell']));
  it('logs', async () => {
    const lines = (await call('logs')) as string[];
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/^tick \d+$/);
  });
  it('logs, followed', async () => expect(await call('follow')).toHaveLength(4));
  it('exec: stdin, both outputs and the exit code', async () => {
    expect(await call('exec')).toEqual({ stdout: 'out in\n', stderr: 'err\n', code: 3 });
  });
  it('create, patch and delete', async () => {
    expect(await call('write', `python-${randomBytes(4).toString('hex')}`)).toBe('2');
  });
});
