import { type HeaderPairs, type ImpersonatedIdentity, impersonationHeaders } from '@postern/kube';
import { version } from '../version.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

/** A request of the agent itself to the apiserver. */
export interface Question {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  /** If undefined, the agent's own identity. */
  as?: ImpersonatedIdentity;
  body?: object;
  accept?: string;
  contentType?: string;
}

export interface Answer {
  status: number;
  json: unknown;
  /** The message of a metav1.Status, or only the HTTP status. */
  message: string;
}

const timeoutMs = 15_000;
const maxBytes = 8 * 1024 * 1024;

/** Sends the request and reads the whole response: at most 8 MiB, within 15 s. @throws {UpstreamError} */
export async function ask(upstream: Upstream, question: Question): Promise<Answer> {
  const { method, path, as, body } = question;
  const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  const headers: HeaderPairs = [
    ['accept', question.accept ?? 'application/json'],
    ['user-agent', `postern-agent/${version}`],
    ...(bytes === undefined
      ? []
      : ([['content-type', question.contentType ?? 'application/json']] satisfies HeaderPairs)),
    ...(as === undefined ? [] : impersonationHeaders(as)),
  ];
  const exchange = await upstream.send({ method, path, headers, hasBody: bytes !== undefined });
  const timer = setTimeout(() => exchange.cancel(), timeoutMs);
  try {
    exchange.requestBody?.on('error', () => {});
    exchange.requestBody?.end(bytes);
    const response = await exchange.response;
    if (response.status === 401) upstream.forgetCredential();
    const text = await readAll(response.body);
    if (!response.isComplete()) throw new Error('the answer has no end');
    const json = parse(text);
    return { status: response.status, json, message: messageOf(json) ?? `status ${response.status}` };
  } catch (cause) {
    if (cause instanceof UpstreamError) throw cause;
    throw new UpstreamError('broken', 'The Kubernetes API server broke off its answer to the agent.', { cause });
  } finally {
    clearTimeout(timer);
    exchange.cancel();
  }
}

async function readAll(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > maxBytes)
      throw new UpstreamError('broken', 'The answer of the Kubernetes API server to the agent is too large.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function messageOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('message' in json)) return undefined;
  return typeof json.message === 'string' ? json.message : undefined;
}
