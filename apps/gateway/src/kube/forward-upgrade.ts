import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type HeaderPairs, passUpgradeResponseHeaders, upgradeProtocol } from '@postern/kube';
import { pipeByTurn, pump, type ResponseHead } from '@postern/tunnel';
import type { ClassifiedRequest } from '../access/classify.ts';
import { type Refusal, refusal } from '../access/refusal.ts';
import type { ClusterStream } from '../connector/cluster-connector.ts';
import { refuseSocket } from '../edge/plain-response.ts';
import type { RecordedStream } from '../passage/recorded-stream.ts';
import { lingerAfterHalfClose } from './linger.ts';
import { announcedLength, refuseAnswer } from './response-rules.ts';

/** Limit for the body of an error, in bytes; a Status of the apiserver has a few hundred. */
const maxErrorBytes = 64 * 1024;
const errorTimeoutMs = 10_000;
/** How long there may be no traffic after one side has ended. Long, because bytes queued beyond the tunnel are not visible. */
const lingerMs = 300_000;
/** How long a client may take to read the bytes received before its stream broke off. */
const flushMs = 30_000;

export interface ForwardUpgradeOptions {
  socket: Duplex;
  /** Bytes received after the request, which belong to the stream. */
  head: Buffer;
  opened: Pick<RecordedStream, 'answer' | 'stream' | 'cut'>;
  asked: ClassifiedRequest;
  /** The requested value of `upgrade`. */
  protocol: string;
}

/**
 * Pass: joins the bare connection with the cluster's stream after a 101; from then on bytes are opaque in both directions.
 * After any other response the connection is closed.
 * @returns true if the two were joined.
 */
export async function forwardUpgrade(options: ForwardUpgradeOptions): Promise<boolean> {
  const { socket, asked, opened } = options;
  const { stream, answer } = opened;
  const leave = (): void => opened.cut('cancelled', 'the client has gone');
  socket.once('close', leave);
  if (socket.destroyed) leave();
  if (answer.status !== 101) {
    await relayRefusal(socket, { answer, stream, asked });
    return false;
  }
  const wanted = upgradeProtocol(options.protocol);
  const got = answer.headers.filter(([name]) => name === 'upgrade');
  if (got.length !== 1 || upgradeProtocol(got[0]?.[1]) !== wanted) {
    stream.destroy();
    answerRefusal(socket, refusal(502, 'The cluster switched to a different protocol than the one requested.'));
    return false;
  }
  if (socket.destroyed) return false;
  socket.off('close', leave);
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

/**
 * Joins both directions, each with an end of its own, so half-close is passed on. If a side breaks off, so does the other,
 * after the bytes received before.
 */
function join(socket: Duplex, stream: ClusterStream): void {
  const broken = { code: 'cancelled', reason: 'the client broke off the connection' } as const;
  pump(socket, stream, { isComplete: () => socket.readableEnded, broken });
  pipeByTurn(stream, socket);
  // Also if the client had already ended its own direction.
  socket.once('close', () => stream.abort(broken.code, broken.reason));
  stream.once('error', () => destroyAfterWritten(socket));
  stream.once('close', () => {
    if (!stream.readableEnded) destroyAfterWritten(socket);
  });
  // It may have broken off before there was a listener.
  if (stream.errored) destroyAfterWritten(socket);
  lingerAfterHalfClose(socket, stream, lingerMs);
}

/** Destroys the connection without TLS close_notify, so that the client does not take it for a proper end. */
function destroyAfterWritten(socket: Duplex): void {
  if (socket.destroyed) return;
  const destroy = (): void => {
    socket.destroy();
  };
  const deadline = setTimeout(destroy, flushMs);
  socket.once('close', () => clearTimeout(deadline));
  if (socket.writableFinished) destroy();
  else if (socket.writableEnded) socket.once('finish', destroy);
  // Queued after everything that waits.
  else socket.write(Buffer.alloc(0), destroy);
}

/** Passes on the cluster's complete, short error response instead of a 101, and closes. */
async function relayRefusal(
  socket: Duplex,
  { answer, stream, asked }: { answer: ResponseHead; stream: ClusterStream; asked: ClassifiedRequest },
): Promise<void> {
  const { status } = answer;
  // Nothing more comes from the client: a cluster may finish its response only after that.
  stream.end();
  const refused =
    refuseAnswer(answer, asked) ??
    (status < 400 ? refusal(502, 'The cluster answered the request without switching protocols.') : undefined);
  const body = refused === undefined ? await readError(stream) : undefined;
  stream.destroy();
  if (refused !== undefined) {
    answerRefusal(socket, refused);
    return;
  }
  const length = announcedLength(answer);
  if (body === undefined || (typeof length === 'number' && length !== body.byteLength)) {
    answerRefusal(socket, refusal(status, 'The cluster refused this, and its explanation was cut off.'));
    return;
  }
  const said = answer.headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  // Never a type that a browser would show as a page of ours.
  const contentType = said.startsWith('application/json') ? 'application/json' : 'text/plain; charset=utf-8';
  refuseSocket(socket, status, { body: body.toString('utf8'), contentType });
}

/** The body of an error response; undefined if it breaks off, is too long or does not arrive in time. */
async function readError(stream: ClusterStream): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  const deadline = setTimeout(() => stream.destroy(), errorTimeoutMs);
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      size += part.byteLength;
      if (size > maxErrorBytes) return undefined;
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch {
    return undefined;
  } finally {
    clearTimeout(deadline);
  }
}

/** Sends a metav1.Status on a bare connection, and closes it. */
export function answerRefusal(socket: Duplex, { status, retryAfterSeconds }: Refusal): void {
  refuseSocket(socket, status.code, {
    body: JSON.stringify(status),
    contentType: 'application/json',
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
