import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { S3Store } from './s3-store.ts';

const key = { organizationId: 'organization', sessionId: 'session' };
const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };

let folder: string;
let server: S3rver;
let endpoint: URL;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-s3-'));
  server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'recorded', configs: [] }],
  });
  const { port } = (await server.run()) as AddressInfo;
  endpoint = new URL(`http://127.0.0.1:${port}`);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const store = (changes: object = {}) =>
  new S3Store({ endpoint, region: 'us-east-1', bucket: 'recorded', prefix: 'a/', ...credentials, ...changes });

it('writes, reads and removes chunks', async () => {
  const chunk = Buffer.from([0x1f, 0x8b, 0, 255, 1]);
  for (const sequence of [0, 1]) await store().write(key, sequence, chunk);
  expect(await store().read(key, 1)).toEqual(chunk);
  expect(await store().read(key, 2)).toBeNull();
  expect(await store({ prefix: 'b/' }).read(key, 0)).toBeNull();
  await store().remove(key, 3);
  expect(await store().read(key, 0)).toBeNull();
});

it.each([
  ['an unknown access key', { accessKeyId: 'unknown' }],
  ['a bucket that does not exist', { bucket: 'nothing' }],
])('fails with %s, without naming the secret', async (_, changes) => {
  const failed = await store(changes)
    .write(key, 0, Buffer.from('x'))
    .catch((error: unknown) => String(error));
  expect(failed).toMatch(/^Error: the storage of recordings answered PUT with 40[34]$/);
});
