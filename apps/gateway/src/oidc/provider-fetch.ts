import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ReachableNetworks } from '../audit/webhooks/reachable.ts';

/** The whole of a request, from the look-up of the name to the end of the answer, in milliseconds. */
const timeoutMs = 10_000;
/** The longest answer: a set of keys, or the claims of a person with many groups. */
const maxBytes = 512 * 1_024;

/** A request as the OpenID Connect library makes it. */
interface Asked {
  method: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** A provider's answer is longer than any that we need. */
export class AnswerTooLongError extends Error {
  override readonly name = 'AnswerTooLongError';
}

/**
 * `fetch` for providers, whose addresses come from tenants: to reachable networks only, checked for the very addresses that are
 * dialled, follows no redirect, at most 10 s and 512 KiB. Rejects otherwise.
 */
export function providerFetch(networks: ReachableNetworks): (address: string, asked: Asked) => Promise<Response> {
  return async (address, { method, headers, body }) => {
    const url = new URL(address);
    networks.check(url);
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const payload = body === undefined || body === null ? undefined : String(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      send(url, {
        method,
        agent: false,
        lookup: networks.lookupFor(url),
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...headers,
          'user-agent': 'postern',
          ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
        },
      })
        .once('error', reject)
        .once('response', resolve)
        .end(payload);
    });
    const text = await read(answer);
    const type = answer.headers['content-type'];
    const status = answer.statusCode ?? 500;
    return new Response(status === 204 || status === 304 ? null : text, {
      status,
      headers: type === undefined ? {} : { 'content-type': type },
    });
  };
}

async function read(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.byteLength;
    // Leaving the loop ends the connection.
    if (bytes > maxBytes) throw new AnswerTooLongError(`more than ${maxBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
