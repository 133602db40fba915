import { MuxSession, type SessionClose } from '../session.ts';
import { type MemoryTransport, memoryPair } from './memory-transport.ts';

/** Frame types of docs/protocol.md, independent of the mux's own codec. */
export const types = {
  open: 1,
  accept: 2,
  data: 3,
  end: 4,
  reset: 5,
  credit: 6,
  ack: 8,
  ping: 9,
  pong: 10,
  goaway: 11,
} as const;

export interface RawPeer {
  /** The session under test; it is the agent, so we open odd ids. */
  session: MuxSession;
  /** Our end. */
  wire: MemoryTransport;
  /** What the session sent. */
  received: { type: number; flags: number; stream: number; payload: Buffer }[];
  closed: SessionClose | undefined;
  send(type: number, stream: number, options?: { flags?: number; payload?: Uint8Array }): void;
}

/** A frame as bytes. */
export function rawFrame(type: number, stream: number, options: { flags?: number; payload?: Uint8Array } = {}): Buffer {
  const { flags = 0, payload = new Uint8Array(0) } = options;
  const header = Buffer.from([type, flags, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(stream, 4);
  return Buffer.concat([header, payload]);
}

/** A mux session and a peer that can send it any bytes; messages are delivered immediately. */
export function rawPeer(options: ConstructorParameters<typeof MuxSession>[1] = { role: 'agent' }): RawPeer {
  const { gateway, agent } = memoryPair({ manual: true });
  const session = new MuxSession(agent, options);
  const peer: RawPeer = {
    session,
    wire: gateway,
    received: [],
    closed: undefined,
    send: (type, stream, parts) => {
      gateway.send([rawFrame(type, stream, parts)]);
      gateway.deliver(1);
    },
  };
  gateway.onmessage = (parts) => {
    const bytes = Buffer.concat(parts);
    const [type = 0, flags = 0] = bytes;
    peer.received.push({ type, flags, stream: bytes.readUInt32BE(4), payload: bytes.subarray(8) });
  };
  session.on('close', (close) => {
    peer.closed = close;
  });
  return peer;
}

/** A big-endian u32. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
