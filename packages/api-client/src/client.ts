import { type OperationId, operations, type Routes } from '@postern/contracts';
import type { z } from 'zod';
import { ConnectionError } from './api-error.ts';
import { errorOf } from './error-response.ts';

type Input<S> = S extends z.ZodType ? z.input<S> : never;
type Output<S> = S extends z.ZodType ? z.output<S> : never;

type Part<R, K extends 'params' | 'query' | 'body'> =
  R extends Record<K, infer S> ? (K extends 'query' ? { query?: Input<S> } : Record<K, Input<S>>) : unknown;

/** The arguments of operation `O`: path parameters, query and body, if it has them. */
export type CallArguments<O extends OperationId> = Part<Routes[O], 'params'> &
  Part<Routes[O], 'query'> &
  Part<Routes[O], 'body'> & { signal?: AbortSignal };

/** The response body of operation `O`; undefined if it has none. */
export type CallResult<O extends OperationId> = Routes[O] extends { response: infer S } ? Output<S> : undefined;

/** Operations whose body is streamed as it is. */
export type StreamedOperation = {
  [O in OperationId]: Routes[O] extends { stream: string } ? O : never;
}[OperationId];

export interface ClientOptions {
  /** Origin of the gateway without a trailing slash; empty in the browser (same origin). */
  baseUrl: string;
  /** Sent as a bearer token; leave out in the browser, which authenticates with cookies. */
  token?: string;
  /** Default: the global fetch. The CLI passes one that trusts a private certificate authority. */
  fetch?: typeof fetch;
  /** The program's name in the gateway's logs; browsers do not allow setting it. */
  userAgent?: string;
}

/** A client of the REST API with a single method, typed by the contracts. */
export interface Client {
  /** @throws {ApiError} the gateway refused the call. @throws {ConnectionError} it could not be reached. */
  call<O extends OperationId>(operation: O, args: CallArguments<O>): Promise<CallResult<O>>;
  /** Calls an operation whose body is a stream instead of JSON. @throws as `call`; the body fails if the connection breaks. */
  stream<O extends StreamedOperation>(operation: O, args: CallArguments<O>): Promise<ReadableStream<Uint8Array>>;
  /**
   * The lines of an operation whose body is a stream of them, without line breaks, as they come.
   * @throws as `call`; also {ConnectionError} after some lines if the response breaks off.
   */
  lines<O extends StreamedOperation>(operation: O, args: CallArguments<O>): AsyncGenerator<string>;
}

/** Fills `{name}` in a path; values are percent-encoded. */
function fillPath(template: string, params: Record<string, unknown>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}

function queryString(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)]))}`;
}

export function createClient(options: ClientOptions): Client {
  async function stream(operation: StreamedOperation, args: object): Promise<ReadableStream<Uint8Array>> {
    const { body } = await ask(options, { operation, args, accept: '*/*' });
    return body ?? new Blob([]).stream();
  }
  return {
    async call(operation, args) {
      const response = await ask(options, { operation, args, accept: 'application/json' });
      if (response.status === 204) return undefined as never;
      return (await response.json()) as never;
    },
    stream,
    async *lines(operation, args) {
      yield* linesOf(await stream(operation, args));
    },
  };
}

/** Step: sends the request. @throws {ApiError} {ConnectionError} */
async function ask(
  options: ClientOptions,
  { operation, args, accept }: { operation: OperationId; args: object; accept: string },
): Promise<Response> {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  const { method, path } = operations[operation];
  const {
    params = {},
    query = {},
    body,
    signal,
  } = args as {
    params?: Record<string, unknown>;
    query?: Record<string, unknown>;
    body?: unknown;
    signal?: AbortSignal;
  };
  const headers: Record<string, string> = { accept };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  if (options.userAgent !== undefined) headers['user-agent'] = options.userAgent;
  let response: Response;
  try {
    response = await send(`${options.baseUrl}/api/v1${fillPath(path, params)}${queryString(query)}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ConnectionError('The gateway could not be reached.', { cause });
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (done) break;
    }
  } catch (cause) {
    throw new ConnectionError('The response broke off.', { cause });
  } finally {
    // Whoever stops reading needs no more of it.
    await reader.cancel().catch(() => {});
  }
  if (rest !== '') yield rest;
}
