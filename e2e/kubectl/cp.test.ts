import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { randomFile, sha256OfFile } from '../harness/bytes.ts';
import type { Client } from '../harness/client.ts';
import { expectOk } from '../harness/kubectl.ts';
import { clients, newestClient } from '../harness/matrix.ts';

const harness = inject('harness');
const inCat = ['-n', 'demo', 'shell', '-c', 'cat'];

/** Copies a file into the pod and back; returns the checksums of the three. */
async function thereAndBack(
  client: Client,
  file: string,
  timeoutMs: number,
): Promise<{ sent: string; there: string; back: string }> {
  const name = `/tmp/cp-${randomBytes(4).toString('hex')}`;
  const returned = join(harness.folder, 'returned');
  try {
    await expectOk(client, ['cp', file, `demo/shell:${name}`, '-c', 'cat'], { timeoutMs });
    const there =
      (await expectOk(client, ['exec', ...inCat, '--', 'sha256sum', name], { timeoutMs })).split(' ')[0] ?? '';
    await expectOk(client, ['cp', `demo/shell:${name}`, returned, '-c', 'cat'], { timeoutMs });
    return { sent: await sha256OfFile(file), there, back: await sha256OfFile(returned) };
  } finally {
    await expectOk(client, ['exec', ...inCat, '--', 'rm', '-f', name]);
    rmSync(returned, { force: true });
  }
}

describe.each(clients('remote'))('$title', ({ client }) => {
  it('cp: 100 MB there and back', { timeout: 180_000 }, async () => {
    const { sent, there, back } = await thereAndBack(client, randomFile(join(harness.folder, '100m'), 100), 80_000);
    expect({ there, back }).toEqual({ there: sent, back: sent });
  });

  it('cp: a folder', async () => {
    const folder = join(harness.folder, `folder-${randomBytes(4).toString('hex')}`);
    mkdirSync(join(folder, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'sub/one'), 'one');
    writeFileSync(join(folder, 'two'), 'two');
    const remote = `/tmp/${folder.split('/').at(-1)}`;
    await expectOk(client, ['cp', folder, `demo/shell:${remote}`, '-c', 'cat']);
    await expectOk(client, ['cp', `demo/shell:${remote}`, `${folder}-back`, '-c', 'cat']);
    await expectOk(client, ['exec', ...inCat, '--', 'rm', '-rf', remote]);
    expect(readFileSync(join(`${folder}-back`, 'sub/one'), 'utf8')).toBe('one');
    expect(readFileSync(join(`${folder}-back`, 'two'), 'utf8')).toBe('two');
  });
});

describe.runIf(process.env['POSTERN_E2E_1GB'] === '1')('a large file', () => {
  it('cp: 1 GB there and back', { timeout: 900_000 }, async () => {
    const { sent, there, back } = await thereAndBack(
      newestClient(),
      randomFile(join(harness.folder, '1g'), 1024),
      400_000,
    );
    expect({ there, back }).toEqual({ there: sent, back: sent });
  });
});

afterAll(() => {
  for (const name of ['100m', '1g']) rmSync(join(harness.folder, name), { force: true });
});
