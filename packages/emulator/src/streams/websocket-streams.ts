import { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Status } from '../api/api-error.ts';
import type { TerminalSize } from './process.ts';
import { parseSize, type RemoteStreams, type StreamOptions } from './remote-streams.ts';

/** Subprotocols of exec and attach. v5 (KEP-4006) can close a channel, so that input can end. */
export const websocketProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
const CLOSE = 255;

/** The first byte of each message is the channel; a paused reader stops the socket. */
export function websocketStreams(socket: WebSocket, options: StreamOptions): RemoteStreams {
  const listeners: ((size: TerminalSize) => void)[] = [];
  let lastSize: TerminalSize | undefined;
  let isOver = false;
  const stdin = options.stdin ? new Readable({ read: () => socket.resume() }) : undefined;
  let isInputOver = false;
  const output = (channel: number) =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        // Errors are ignored: the reader has disconnected.
        socket.send(Buffer.concat([Buffer.of(channel), chunk]), () => done());
      },
    });
  socket.on('message', (data: Buffer) => {
    const payload = data.subarray(1);
    switch (data[0]) {
      case STDIN:
        if (stdin === undefined || isOver || isInputOver || payload.length === 0 || stdin.destroyed) return;
        if (!stdin.push(payload)) socket.pause();
        return;
      case RESIZE:
        lastSize = parseSize(payload.toString()) ?? lastSize;
        for (const listener of listeners) if (lastSize !== undefined) listener(lastSize);
        return;
      case CLOSE:
        if (payload[0] !== STDIN || socket.protocol !== 'v5.channel.k8s.io') return;
        isInputOver = true;
        stdin?.push(null);
        return;
      default:
    }
  });
  socket.on('error', () => socket.terminate());
  // Like the apiserver, tells the client with an empty message that the channels are open.
  if (options.stdout) socket.send(Buffer.of(STDOUT));
  return {
    stdin,
    stdout: options.stdout ? output(STDOUT) : undefined,
    stderr: options.stderr ? output(STDERR) : undefined,
    onResize: (listener) => {
      listeners.push(listener);
      if (lastSize !== undefined) listener(lastSize);
    },
    finish: (status: Status) => {
      isOver = true;
      socket.resume();
      socket.send(Buffer.concat([Buffer.of(ERROR), Buffer.from(JSON.stringify(status))]), () => {});
      socket.close(1000);
    },
    closed: new Promise((resolve) => socket.on('close', () => resolve())),
  };
}
