import { setTimeout as wait } from 'node:timers/promises';
import type { IncomingRequest } from '@postern/tunnel';
import { declaredLength } from '../upstream/body-length.ts';
import type { Exchange, UpstreamRequest, UpstreamResponse } from '../upstream/exchange.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { relayResponse } from './relay.ts';
import { RequestBody } from './request-body.ts';

const readMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Retries of a read whose connection broke: a restarting server closes connections without warning. */
const maxBroken = 1;
/** Retries of a request that the server certainly did not process. client-go gives up after 6. */
const maxRefused = 12;
const firstPauseMs = 5;
const longestPauseMs = 250;

/**
 * Serves an `http` stream. A request is sent again where that cannot repeat an effect: any request that the server said it did
 * not process (RFC 9113, 8.7), and a read whose connection broke; in both cases only while its body is kept.
 * @throws {UpstreamError} if there is no response to relay.
 */
export async function servePlain(
  incoming: IncomingRequest,
  request: Omit<UpstreamRequest, 'hasBody'>,
  upstream: Upstream,
): Promise<number> {
  const { stream } = incoming;
  const hasBody = !stream.hasNoData;
  const body = hasBody ? new RequestBody(stream, declaredLength(request.headers)) : undefined;
  let current: Exchange | undefined;
  stream.once('close', () => current?.cancel());
  if (!hasBody) stream.resume();
  const send = async (): Promise<UpstreamResponse> => {
    const exchange = await upstream.send({ ...request, hasBody });
    current = exchange;
    if (stream.destroyed) exchange.cancel();
    else if (exchange.requestBody !== undefined) body?.sendTo(exchange.requestBody);
    return exchange.response;
  };
  const attempts = new Attempts(request.method);
  for (;;) {
    try {
      const response = await send();
      body?.release();
      if (response.status === 401) upstream.forgetCredential();
      relayResponse(incoming, response, request.method);
      return response.status;
    } catch (error) {
      const pauseMs = stream.destroyed || body?.canRepeat === false ? undefined : attempts.pauseAfter(error);
      if (pauseMs === undefined) {
        body?.release();
        throw error;
      }
      if (pauseMs > 0) await wait(pauseMs);
      if (stream.destroyed) throw error;
    }
  }
}

/** Decides after which failures a request is tried again. */
export class Attempts {
  readonly #isRead: boolean;
  #broken = 0;
  #refused = 0;

  constructor(method: string) {
    this.#isRead = readMethods.has(method);
  }

  /** Milliseconds until the next attempt; undefined if there is none. */
  pauseAfter(error: unknown): number | undefined {
    if (!(error instanceof UpstreamError)) return undefined;
    if (error.code === 'broken') return this.#isRead && this.#broken++ < maxBroken ? 0 : undefined;
    if (error.code !== 'busy' || this.#refused++ >= maxRefused) return undefined;
    // Random, so that requests refused together are not retried together.
    const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** (this.#refused - 2));
    return this.#refused === 1 ? 0 : Math.ceil(longest * (0.5 + Math.random() / 2));
  }
}
