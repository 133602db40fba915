import { randomBytes } from 'node:crypto';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventGzip } from './event-gzip.ts';

const event = (name: string, size = 2_000): Buffer =>
  Buffer.from(`${JSON.stringify({ type: 'MODIFIED', name, padding: 'pod-status '.repeat(size / 11) })}\n`);

/** What a client can read before the body has ended. */
const readSoFar = (sent: Buffer): Buffer => gunzipSync(sent, { finishFlush: constants.Z_SYNC_FLUSH });

describe('a compressed watch', () => {
  it('is gzip of the same bytes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            bytes: fc.oneof(
              fc.uint8Array({ maxLength: 2_000 }),
              fc.string({ maxLength: 3_000 }).map((text) => Buffer.from(`${text}\n`)),
            ),
            store: fc.boolean(),
          }),
        ),
        (pieces) => {
          const gzip = new EventGzip();
          const sent = pieces.map(({ bytes, store }) => gzip.push(Buffer.from(bytes), { store }));
          expect(gunzipSync(Buffer.concat([...sent, gzip.end()]))).toEqual(
            Buffer.concat(pieces.map(({ bytes }) => bytes)),
          );
        },
      ),
    );
  });

  it('is empty but valid without events', () => {
    expect(gunzipSync(new EventGzip().end())).toEqual(Buffer.alloc(0));
  });

  it('delivers each event in the call in which it came', () => {
    const gzip = new EventGzip();
    let sent = Buffer.alloc(0);
    let body = Buffer.alloc(0);
    for (const name of ['a', 'b', 'c']) {
      body = Buffer.concat([body, event(name)]);
      sent = Buffer.concat([sent, gzip.push(event(name), { store: false })]);
      expect(readSoFar(sent)).toEqual(body);
    }
  });

  it('without its end is not taken for complete', async () => {
    const gzip = new EventGzip();
    const sent = gzip.push(event('a'), { store: false });
    expect(() => gunzipSync(sent)).toThrow('unexpected end of file');
    const reader = createGunzip();
    reader.resume().end(sent);
    await expect(new Promise((_, reject) => reader.once('error', reject))).rejects.toThrow('unexpected end of file');
  });

  it('is much smaller than its events, and larger ones than the window pass', () => {
    const gzip = new EventGzip();
    const large = event('large', 300_000);
    const sent = Buffer.concat([gzip.push(large, { store: false }), gzip.end()]);
    expect(sent.byteLength).toBeLessThan(large.byteLength / 50);
    expect(gunzipSync(sent)).toEqual(large);
  });

  it('says nothing about how similar events are', () => {
    const secret = `${randomBytes(400).toString('hex')}\n`;
    const sizeWith = (guess: string): number => {
      const gzip = new EventGzip();
      const begin = gzip.push(event('begin'), { store: false });
      return begin.byteLength + gzip.push(Buffer.from(secret + guess), { store: false }).byteLength;
    };
    const other = `${randomBytes(400).toString('hex')}\n`;
    // Random hexadecimal digits compress alike, but not equally.
    expect(Math.abs(sizeWith(secret) - sizeWith(other))).toBeLessThan(24);
  });

  it('spends no time on bytes beyond the rate', () => {
    const gzip = new EventGzip();
    const sent = gzip.push(event('a', 200_000), { store: true });
    expect(sent.byteLength).toBeGreaterThan(event('a', 200_000).byteLength);
    expect(gunzipSync(Buffer.concat([sent, gzip.end()]))).toEqual(event('a', 200_000));
  });

  it('compresses no short lines, of which a piece may have thousands', () => {
    const lines = Buffer.from('\n'.repeat(64 * 1024));
    const sent = new EventGzip().push(lines, { store: false });
    // The head of gzip, and two blocks.
    expect(sent.byteLength).toBe(10 + 2 * 5 + lines.byteLength);
  });
});
