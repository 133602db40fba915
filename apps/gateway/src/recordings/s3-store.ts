import { AwsClient } from 'aws4fetch';
import type { RecordingKey, RecordingStore } from './recording-store.ts';

/** How to reach a bucket. */
export interface S3Settings {
  /** Of the service, such as https://s3.eu-central-1.amazonaws.com; the bucket is the first part of the path. */
  endpoint: URL;
  region: string;
  bucket: string;
  /** Put before each object's name. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Time limit of a request, in milliseconds. */
const timeoutMs = 10_000;
/** Objects that are removed at the same time. */
const removedAtOnce = 10;

/** Chunks as objects of S3 or a compatible service: `<prefix><organization>/<session>/00000000.gz`. */
export class S3Store implements RecordingStore {
  readonly storage = 's3';
  readonly #settings: S3Settings;
  readonly #client: AwsClient;

  constructor(settings: S3Settings) {
    const { accessKeyId, secretAccessKey, region } = settings;
    this.#settings = settings;
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 2 });
  }

  async write(key: RecordingKey, sequence: number, chunk: Buffer): Promise<void> {
    const body = new Uint8Array(chunk);
    await this.#ask(key, sequence, { method: 'PUT', body, headers: { 'content-type': 'application/gzip' } });
  }

  async read(key: RecordingKey, sequence: number): Promise<Buffer | null> {
    const response = await this.#ask(key, sequence, { method: 'GET' });
    return response === null ? null : Buffer.from(await response.arrayBuffer());
  }

  async remove(key: RecordingKey, chunks: number): Promise<void> {
    for (let first = 0; first < chunks; first += removedAtOnce) {
      const length = Math.min(removedAtOnce, chunks - first);
      await Promise.all(Array.from({ length }, (_, index) => this.#ask(key, first + index, { method: 'DELETE' })));
    }
  }

  /** @returns null if there is no such object. */
  async #ask(
    { organizationId, sessionId }: RecordingKey,
    sequence: number,
    request: RequestInit,
  ): Promise<Response | null> {
    const { endpoint, bucket, prefix } = this.#settings;
    const name = `${prefix}${organizationId}/${sessionId}/${String(sequence).padStart(8, '0')}.gz`;
    const url = `${endpoint.href.replace(/\/$/, '')}/${bucket}/${name}`;
    const response = await this.#client.fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) });
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 404 && request.method !== 'PUT') return null;
    throw new Error(`the storage of recordings answered ${request.method} with ${response.status}`);
  }
}
