import type { Socket } from 'node:net';

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const headBytes = 16;
/** Longer than any real header: addresses take 36 bytes, a load balancer's extensions (TLVs) about a hundred. */
const maxBytes = 2_048;

/** The result of parsing the header at the start of a connection. */
export type ProxyHeader =
  | { state: 'incomplete' }
  | { state: 'invalid' }
  /** `source` is null for a connection of the load balancer itself (a health check), and for families other than IP. */
  | { state: 'complete'; bytes: number; source: string | null };

/** Parses a header of the PROXY protocol, version 2 (haproxy.org, proxy-protocol.txt, section 2.2). */
export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  const begun = bytes.subarray(0, signature.byteLength);
  if (!signature.subarray(0, begun.byteLength).equals(begun)) return { state: 'invalid' };
  if (bytes.byteLength < headBytes) return { state: 'incomplete' };
  const [version, command] = [bytes.readUInt8(12) >> 4, bytes.readUInt8(12) & 0xf];
  const length = bytes.readUInt16BE(14);
  if (version !== 2 || command > 1 || length > maxBytes) return { state: 'invalid' };
  if (bytes.byteLength < headBytes + length) return { state: 'incomplete' };
  const source =
    command === 0 ? null : sourceOf(bytes.readUInt8(13) >> 4, bytes.subarray(headBytes, headBytes + length));
  return source === undefined ? { state: 'invalid' } : { state: 'complete', bytes: headBytes + length, source };
}

/** Undefined if the addresses are too short for their family. */
function sourceOf(family: number, addresses: Buffer): string | null | undefined {
  if (family === 1) return addresses.byteLength < 12 ? undefined : addresses.subarray(0, 4).join('.');
  if (family !== 2) return null;
  if (addresses.byteLength < 36) return undefined;
  const groups = Array.from({ length: 8 }, (_, index) => addresses.readUInt16BE(index * 2).toString(16));
  // In the form of `node:net`: the URL parser shortens it.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/**
 * Removes the header from a connection that is not being read yet; bytes after it are put back.
 * @param timeoutMs for the whole header.
 * @returns the client's address according to the load balancer; null if it names none; undefined if the header is malformed or
 * late, in which case the connection is destroyed.
 */
export function takeProxyHeader(socket: Socket, timeoutMs: number): Promise<string | null | undefined> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const finish = (source: string | null | undefined): void => {
      clearTimeout(deadline);
      socket.off('readable', read).off('close', gone);
      if (source === undefined) socket.destroy();
      resolve(source);
    };
    const gone = (): void => finish(undefined);
    const deadline = setTimeout(gone, timeoutMs);
    const read = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      bytes = bytes.byteLength === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const header = parseProxyHeader(bytes);
      if (header.state === 'incomplete') return;
      if (header.state === 'invalid') {
        finish(undefined);
        return;
      }
      if (bytes.byteLength > header.bytes) socket.unshift(bytes.subarray(header.bytes));
      finish(header.source);
    };
    socket.on('readable', read);
    socket.once('close', gone);
  });
}
