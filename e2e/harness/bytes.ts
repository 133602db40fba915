import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Creates a file of random bytes, unless it exists. */
export function randomFile(path: string, megabytes: number): string {
  if (existsSync(path)) return path;
  const piece = randomBytes(1 << 20);
  writeFileSync(path, '');
  for (let written = 0; written < megabytes; written++) {
    // All pieces differ, so that a lost or swapped one is noticed.
    piece.writeUInt32BE(written, 0);
    writeFileSync(path, piece, { flag: 'a' });
  }
  return path;
}

/** What `seq 1 last` prints. */
export function numbers(last: number): Buffer {
  const lines: string[] = [];
  for (let number = 1; number <= last; number++) lines.push(String(number));
  return Buffer.from(`${lines.join('\n')}\n`);
}
