import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type ReachableNetworks, UnreachableByPolicyError } from './reachable.ts';
import { signedHeaders } from './signature.ts';

/** The whole of a delivery, from the look-up of the name to the end of the answer, in milliseconds. */
const timeoutMs = 10_000;

/** A delivery: lines of JSON to a URL. */
export interface Delivery {
  url: string;
  key: Buffer;
  /** Names the delivery, also when it is repeated. */
  id: string;
  body: string;
}

/** Sends a delivery; follows no redirect. @returns the status. Rejects if there is no answer in time, or by policy. */
export async function post({ url: text, key, id, body }: Delivery, networks: ReachableNetworks): Promise<number> {
  const url = new URL(text);
  networks.check(url);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      agent: false,
      lookup: networks.lookupFor(url),
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/x-ndjson',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'postern',
        ...signedHeaders(key, { id, at: new Date(), body }),
      },
    });
    request.once('error', reject).once('response', (response) => {
      // What it says does not matter, and may be endless.
      response.once('error', () => {});
      response.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.end(body);
  });
}

/** Why a delivery failed, for the people of the organization: nothing about the network that the gateway stands in. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return 'The delivery failed.';
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof UnreachableByPolicyError) return error.message;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'No answer within 10 s.';
  return `No connection (${code ?? error.name}).`;
}
