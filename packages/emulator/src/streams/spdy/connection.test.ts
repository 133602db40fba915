import { duplexPair, PassThrough } from 'node:stream';
import { constants, deflateSync } from 'node:zlib';
import { spdyDictionary } from '@postern/kube';
import { describe, expect, it } from 'vitest';
import { SpdyConnection, type SpdyStream } from './connection.ts';

function control(type: number, payload: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

function open(id: number, name: string, value: string): Buffer {
  const words = [name, value].flatMap((word) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(word.length);
    return [length, Buffer.from(word)];
  });
  const block = Buffer.concat([Buffer.from([0, 0, 0, 1]), ...words]);
  const compressed = deflateSync(block, { dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH });
  const head = Buffer.alloc(10);
  head.writeUInt32BE(id, 0);
  return control(1, Buffer.concat([head, compressed]));
}

function data(id: number, text: string, flags = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id, 0);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(text.length, 5, 3);
  return Buffer.concat([head, Buffer.from(text)]);
}

describe('a SPDY connection', () => {
  it('opens a stream and reads its data, byte by byte', async () => {
    const [client, server] = duplexPair();
    const opened = new Promise<SpdyStream>((resolve) => new SpdyConnection(server, resolve));
    client.resume();
    for (const byte of Buffer.concat([open(1, 'streamType', 'data'), data(1, 'hello'), data(1, '!', 1)])) {
      client.write(Buffer.of(byte));
    }
    const stream = await opened;
    expect(stream.headers.get('streamtype')).toBe('data');
    let text = '';
    for await (const chunk of stream.pipe(new PassThrough())) text += chunk;
    expect(text).toBe('hello!');
    client.destroy();
  });

  it('echoes a ping', async () => {
    const [client, server] = duplexPair();
    new SpdyConnection(server, () => {});
    const ping = control(6, Buffer.from([0, 0, 0, 5]));
    client.write(ping);
    const answer = await new Promise((resolve) => client.once('data', resolve));
    expect(answer).toEqual(ping);
    client.destroy();
  });

  it('ends on damaged headers, wrong ids and oversized frames', async () => {
    const tooLong = Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff]);
    const damaged = control(1, Buffer.alloc(40, 7));
    for (const bytes of [tooLong, damaged, open(2, 'a', 'b'), Buffer.concat([open(1, 'a', 'b'), open(1, 'a', 'b')])]) {
      const [client, server] = duplexPair();
      client.on('error', () => {});
      client.resume();
      const connection = new SpdyConnection(server, () => {});
      client.write(bytes);
      await connection.closed;
      client.destroy();
    }
  });
});
