import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureCertificates } from './certificates.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';

let data: DataFolder;
beforeEach(async () => {
  data = await openDataFolder(await mkdtemp(join(tmpdir(), 'postern-certificates-')));
});
afterEach(() => rm(data.path, { recursive: true }));

it('creates a chain that TLS accepts for the host and refuses for another', async () => {
  const files = await ensureCertificates(data, ['localhost', '127.0.0.1', 'postern.test']);
  const [ca, cert, key] = await Promise.all(
    [files.caFile, files.certFile, files.keyFile].map((file) => readFile(file, 'utf8')),
  );
  const server = createServer({ cert, key }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const attempt = (servername: string) =>
    new Promise<string>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', ca, servername }, () => {
        socket.destroy();
        resolve('trusted');
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    });
  try {
    expect(await attempt('postern.test')).toBe('trusted');
    expect(await attempt('other.test')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  } finally {
    server.close();
  }
});

it('keeps the CA and the key at the next start, even if the hosts change', async () => {
  const files = await ensureCertificates(data, ['localhost']);
  const before = await Promise.all([files.caFile, files.keyFile, files.certFile].map((file) => readFile(file, 'utf8')));
  await ensureCertificates(data, ['localhost']);
  expect(await readFile(files.certFile, 'utf8')).toBe(before[2]);
  await ensureCertificates(data, ['localhost', '192.0.2.7']);
  expect(await readFile(files.caFile, 'utf8')).toBe(before[0]);
  expect(await readFile(files.keyFile, 'utf8')).toBe(before[1]);
  expect(new X509Certificate(await readFile(files.certFile)).subjectAltName).toBe(
    'DNS:localhost, IP Address:192.0.2.7',
  );
});

it('makes the keys readable by their owner only', async () => {
  const files = await ensureCertificates(data, ['localhost']);
  for (const file of [files.keyFile, data.file('ca.key')]) expect((await stat(file)).mode & 0o077).toBe(0);
});
