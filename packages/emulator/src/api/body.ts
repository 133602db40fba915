import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import { ApiError, badRequest } from './api-error.ts';
import { decodeProtobuf } from './kube-protobuf.ts';

/** The apiserver's own limit for a request body. */
const MAX_BYTES = 3 * 1024 * 1024;

/** Reads the whole body. @throws ApiError 413 above 3 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BYTES}`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The format of a body by its media type, without parameters; undefined for an unknown one. */
export function bodyFormat(mediaType: string): 'json' | 'yaml' | 'protobuf' | undefined {
  const type = mediaType.toLowerCase();
  if (type === 'application/vnd.kubernetes.protobuf') return 'protobuf';
  if (type === 'application/yaml' || type.endsWith('+yaml')) return 'yaml';
  return type === '' || type === 'application/json' || type.endsWith('+json') ? 'json' : undefined;
}

/**
 * Parses JSON, YAML or protobuf according to the content type; without one, JSON. Of a repeated field the last one counts.
 * @throws ApiError 400 if it cannot be parsed, 415 for another type.
 */
export function parseBody(body: Buffer, contentType: string | undefined): unknown {
  const format = bodyFormat((contentType ?? '').split(';')[0]?.trim() ?? '');
  if (format === 'protobuf') return withoutPrototypes(decodeProtobuf(body));
  if (format === undefined) {
    const accepted =
      'accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf';
    throw new ApiError(415, 'UnsupportedMediaType', `the body of the request was in an unknown format - ${accepted}`);
  }
  try {
    const text = body.toString('utf8');
    return withoutPrototypes(
      format === 'yaml' ? parse(text, { maxAliasCount: 100, uniqueKeys: false }) : JSON.parse(text),
    );
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw badRequest(`the object provided is unrecognized: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

function withoutPrototypes(value: unknown): unknown {
  refusePrototypes(value, 0);
  return value;
}

/** Refuses the key `__proto__`, which, when merged, would change other objects. */
function refusePrototypes(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > 200) throw badRequest('the object provided is nested too deeply');
  if (Object.hasOwn(value, '__proto__')) throw badRequest('the key "__proto__" is not allowed');
  for (const item of Object.values(value)) refusePrototypes(item, depth + 1);
}
