import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { urlToHttpOptions } from 'node:url';
import { FairSlots } from './fair-slots.ts';

/** The largest response of the dashboard that is passed on, in bytes. */
const maxBytes = 16 * 1024 * 1024;
/** From the request to the last byte, in milliseconds. */
const timeoutMs = 30_000;

export interface UpstreamAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface UpstreamRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[]>;
  /** The network address on whose behalf the request is made. */
  client: string;
  /** Aborts when nobody waits for the response any more. */
  signal: AbortSignal;
}

/**
 * The dashboard's process. Responses are read to the end at once, whatever the client does, so that a client that does not
 * read holds none of the 64 connections. One address has at most 16 of them, and 512 more of its requests may wait for one.
 */
export class DashboardUpstream {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 16 });
  readonly #slots = new FairSlots({ total: 64, share: 16, waiting: 512 });

  constructor(url: URL) {
    this.#url = url;
  }

  /** @throws if the process does not respond within 30 s, breaks off, or sends too much. */
  async fetch({ client, signal, ...asked }: UpstreamRequest): Promise<UpstreamAnswer> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const leave = await this.#slots.take(client, until);
    if (leave === undefined) throw new Error('the dashboard did not answer in time');
    try {
      return await this.#ask(asked, until);
    } finally {
      leave();
    }
  }

  #ask(asked: Omit<UpstreamRequest, 'client' | 'signal'>, signal: AbortSignal): Promise<UpstreamAnswer> {
    const { method, path, headers } = asked;
    return new Promise((resolve, reject) => {
      const request = httpRequest({
        // A literal IPv6 address without its brackets, among others.
        ...urlToHttpOptions(this.#url),
        agent: this.#agent,
        method,
        path,
        headers: { host: this.#url.host, ...headers },
        signal,
      });
      request.on('response', (answer) => {
        readAll(answer).then(
          (body) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body }),
          reject,
        );
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        // The process closed an idle connection just as it was being reused.
        if (request.reusedSocket && error.code === 'ECONNRESET') this.#ask(asked, signal).then(resolve, reject);
        else reject(error);
      });
      request.end();
    });
  }
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.byteLength;
    if (size > maxBytes) throw new Error('a file of the dashboard is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
