import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { connectTo } from '../harness/connection.ts';
import type { GatewayAddress } from '../harness/gateway-process.ts';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface WebSocketFrame {
  fin: boolean;
  /** The three reserved bits, 0 to 7. */
  reserved: number;
  opcode: number;
  masked: boolean;
  payload: Buffer;
  /** Length in the header; that of the payload if undefined. */
  length?: number | undefined;
}

/** Encodes a frame (RFC 6455, 5.2) without any checks. */
export function encodeFrame({
  fin,
  reserved,
  opcode,
  masked,
  payload,
  length = payload.length,
}: WebSocketFrame): Buffer {
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extended);
  head[0] = (fin ? 0x80 : 0) | ((reserved & 7) << 4) | (opcode & 15);
  head[1] = (masked ? 0x80 : 0) | (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
  if (!masked) return Buffer.concat([head, payload]);
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

/** A whole message, or a ping, from a client. */
export function clientMessage(payload: Buffer | string, opcode: number = opcodes.text): Buffer {
  return encodeFrame({ fin: true, reserved: 0, opcode, masked: true, payload: Buffer.from(payload) });
}

/** Splits what a server sends into frames. */
class ServerFrameReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #onFrame: (opcode: number, payload: Buffer) => void;

  constructor(onFrame: (opcode: number, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  read(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (bytes.length < 2) break;
      const short = (bytes[1] ?? 0) & 0x7f;
      const start = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length < start) break;
      const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      if (bytes.length < start + length) break;
      this.#onFrame((bytes[0] ?? 0) & 15, bytes.subarray(start, start + length));
      bytes = bytes.subarray(start + length);
    }
    this.#rest = bytes;
  }
}

/**
 * Opens a WebSocket whose frames the caller writes; `onFrame` gets those that the gateway sends.
 * @throws if the gateway does not answer 101.
 */
export async function openWebSocket(
  gateway: GatewayAddress,
  request: {
    path: string;
    headers: Record<string, string>;
    onFrame: (opcode: number, payload: Buffer) => void;
  },
): Promise<Socket> {
  const socket = await connectTo(gateway, 'http/1.1');
  const headers = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...request.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${request.path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const reader = new ServerFrameReader((opcode, payload) => {
    // The gateway sends nothing more; unless the connection ends here, it waits for a close frame.
    if (opcode === opcodes.close) socket.end();
    request.onFrame(opcode, payload);
  });
  await new Promise<void>((resolve, reject) => {
    let head: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      socket.off('data', onData);
      const text = head.subarray(0, end).toString('latin1');
      if (!text.startsWith('HTTP/1.1 101 ')) {
        socket.destroy();
        reject(new Error(`${request.path} was not upgraded: ${text.split('\r\n')[0]}`));
        return;
      }
      socket.on('data', (bytes: Buffer) => reader.read(bytes));
      if (head.length > end + 4) reader.read(head.subarray(end + 4));
      resolve();
    };
    socket.on('data', onData);
    socket.once('close', () => reject(new Error(`${request.path}: the gateway closed the connection`)));
  });
  return socket;
}
