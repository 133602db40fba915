import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { failure, type HeaderPairs, passUpgradeResponseHeaders, upgradeProtocol } from '@postern/kube';
import type { MuxStream } from '@postern/mux';
import type { OutgoingRequest, ResponseHead } from '@postern/tunnel';
import { refuseSocket } from '../edge/plain-response.ts';
import type { Asked } from './classify.ts';
import { headInTime } from './head-in-time.ts';
import { refuseAnswer } from './response-rules.ts';

/** An error's body is a Status of some hundred bytes; what is longer is no error of an apiserver. */
const maxErrorBytes = 64 * 1024;
/** How long a connection may be silent after one side has ended. */
const lingerMs = 30_000;

export interface ForwardUpgradeOptions {
  socket: Duplex;
  /** Bytes that came behind the request: they belong to the stream, once there is one. */
  head: Buffer;
  outgoing: OutgoingRequest;
  asked: Asked;
  /** Done before anything is answered (the session is on record); its failure refuses the stream. */
  ready: Promise<unknown>;
  /** The value of `upgrade` that was asked for. */
  protocol: string;
  headTimeoutMs: number;
}

/**
 * Pass: hands the bare connection to the cluster once the upgrade was answered with 101; from there on bytes are opaque both
 * ways. With any other answer the connection is closed: nothing more can be said on it.
 * @returns true when the stream was opened.
 * @throws StreamResetError, or what `ready` rejects with, while nothing was sent yet.
 */
export async function forwardUpgrade(options: ForwardUpgradeOptions): Promise<boolean> {
  const { socket, outgoing, asked } = options;
  const { stream } = outgoing;
  socket.once('close', () => stream.destroy());
  if (socket.destroyed) stream.destroy();
  const [answer] = await Promise.all([headInTime(outgoing, options.headTimeoutMs), options.ready]);
  if (answer.status !== 101) {
    await relayRefusal(socket, { answer, stream, asked });
    return false;
  }
  const wanted = upgradeProtocol(options.protocol);
  const got = answer.headers.filter(([name]) => name === 'upgrade');
  if (got.length !== 1 || upgradeProtocol(got[0]?.[1]) !== wanted) {
    stream.destroy();
    answerStatus(socket, 502, 'The cluster switched to another protocol than it was asked for.');
    return false;
  }
  if (socket.destroyed) return false;
  const lines = [`HTTP/1.1 101 ${STATUS_CODES[101]}`, 'connection: Upgrade', `upgrade: ${options.protocol}`];
  for (const [name, value] of passUpgradeResponseHeaders(answer.headers as HeaderPairs))
    lines.push(`${name}: ${value}`);
  if (socket instanceof Socket) {
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
  }
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  if (options.head.length > 0) socket.unshift(options.head);
  join(socket, stream);
  return true;
}

/** Both directions, each ended by itself: half-close passes through. */
function join(socket: Duplex, stream: MuxStream): void {
  socket.once('error', () => stream.destroy());
  stream.once('error', () => socket.destroy());
  if (stream.errored) socket.destroy();
  socket.pipe(stream);
  stream.pipe(socket);
  // Once one side has ended the other may go on, as long as it does: a client that is gone altogether looks just the same.
  const linger = (): void => {
    if (socket instanceof Socket) socket.setTimeout(lingerMs, () => socket.destroy());
  };
  socket.once('finish', linger);
  socket.once('end', linger);
}

/** Tells the client what the cluster said instead of 101, whole and short, and closes. */
async function relayRefusal(
  socket: Duplex,
  { answer, stream, asked }: { answer: ResponseHead; stream: MuxStream; asked: Asked },
): Promise<void> {
  const refused = refuseAnswer(answer, asked);
  if (refused !== undefined) {
    stream.destroy();
    answerStatus(socket, refused.status.code, refused.status.message);
    return;
  }
  const parts: Buffer[] = [];
  let size = 0;
  const deadline = setTimeout(() => stream.destroy(), 10_000);
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      size += part.byteLength;
      if (size > maxErrorBytes) break;
      parts.push(part);
    }
  } catch {
    // Whatever has come is all there is to tell.
  } finally {
    clearTimeout(deadline);
    stream.destroy();
  }
  const said = answer.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  // Nothing that a browser could take for a page of ours.
  const contentType = said.startsWith('application/json') ? 'application/json' : 'text/plain; charset=utf-8';
  refuseSocket(socket, answer.status, { body: Buffer.concat(parts).toString('utf8'), contentType });
}

/** A metav1.Status on a bare connection, which is then closed. */
export function answerStatus(socket: Duplex, code: number, message: string): void {
  refuseSocket(socket, code, { body: JSON.stringify(failure(code, message)), contentType: 'application/json' });
}
