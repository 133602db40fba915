import type { Duplex } from 'node:stream';
import type { Status } from '../api/api-error.ts';
import type { TerminalSize } from './process.ts';
import { parseSize, type RemoteStreams, type StreamOptions } from './remote-streams.ts';
import { SpdyConnection, type SpdyStream } from './spdy/connection.ts';

/** The protocol of exec and attach over SPDY/3.1; older versions have no exit codes. */
export const SPDY_PROTOCOL = 'v4.channel.k8s.io';

/** How long a client may take to open its streams, in milliseconds. */
const PATIENCE = 30_000;

/** Waits for the client to open all requested streams. @returns undefined if it does not. */
export async function spdyStreams(transport: Duplex, options: StreamOptions): Promise<RemoteStreams | undefined> {
  const wanted = [
    'error',
    ...(options.stdin ? ['stdin'] : []),
    ...(options.stdout ? ['stdout'] : []),
    ...(options.stderr ? ['stderr'] : []),
    ...(options.tty ? ['resize'] : []),
  ];
  const streams = new Map<string, SpdyStream>();
  let complete = () => {};
  const all = new Promise<void>((resolve) => {
    complete = resolve;
  });
  const connection = new SpdyConnection(transport, (stream) => {
    streams.set(stream.headers.get('streamtype') ?? '', stream);
    if (wanted.every((name) => streams.has(name))) complete();
  });
  const timer = setTimeout(() => connection.close(), PATIENCE);
  await Promise.race([all, connection.closed]);
  clearTimeout(timer);
  if (!wanted.every((name) => streams.has(name))) return undefined;
  const output = (name: string) => {
    streams.get(name)?.resume();
    return streams.get(name);
  };
  return {
    stdin: streams.get('stdin'),
    stdout: output('stdout'),
    stderr: output('stderr'),
    onResize: (listener) => onSize(streams.get('resize'), listener),
    finish: (status: Status) => {
      streams.get('error')?.end(JSON.stringify(status), () => {
        for (const name of ['stdout', 'stderr']) streams.get(name)?.end();
        connection.close();
      });
    },
    closed: connection.closed,
  };
}

/** Parses sizes, a sequence of JSON objects. */
function onSize(stream: SpdyStream | undefined, listener: (size: TerminalSize) => void): void {
  let text = '';
  stream?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-1_000);
    for (const match of text.matchAll(/\{[^}]*\}/g)) {
      const size = parseSize(match[0]);
      if (size !== undefined) listener(size);
    }
    text = text.slice(text.lastIndexOf('}') + 1);
  });
}
