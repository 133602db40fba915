import { z } from 'zod';
import { checkHttpHead, checkResponseHead } from './check-head.ts';
import type { RequestHead, ResponseHead } from './head-types.ts';
import { parseUntrusted } from './parse-untrusted.ts';

/** A head that cannot be sent. The message names the field but never quotes its value. */
export class InvalidHeadError extends TypeError {
  override readonly name = 'InvalidHeadError';
}

/** The peer sent an invalid response head. */
export class InvalidAnswerError extends Error {
  override readonly name = 'InvalidAnswerError';
}

/** A head, or the reason why it is invalid. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; reason: string };

const oneLine = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;
const headerName = /^[!#$%&'*+\-.^_`|~0-9a-z]{1,256}$/;

/** A single line without control characters or lone surrogates, which PostgreSQL cannot store; `limit` in UTF-16 units. */
function text(limit: number, least = 1) {
  return z.string().min(least).max(limit).regex(oneLine, 'has control characters or lone surrogates');
}

const headers = z
  .array(
    z.tuple([
      z.string().regex(headerName, 'not a lower-case header name'),
      z.string().refine(isFieldValue, 'not a header value'),
    ]),
  )
  .max(1024);

const identity = z.object({
  user: text(1024),
  groups: z.array(text(1024)).max(1024),
  extra: z.record(text(256), z.array(text(4096, 0)).max(256)).optional(),
  impersonatedBy: text(1024).optional(),
});

const cluster = text(128);

function httpHead<K extends 'http' | 'upgrade'>(kind: K) {
  return z.object({
    kind: z.literal(kind),
    cluster,
    method: z.string().regex(/^[A-Z][A-Z-]{0,31}$/, 'not a method'),
    path: z
      .string()
      .max(32 * 1024)
      .regex(/^\/[!-"$-~]*$/, 'not a path'),
    headers,
    identity,
  });
}

const count = z.int().min(0).max(1_000_000);

const policy = z.object({
  readOnly: z.boolean(),
  allowedGroups: z.array(text(256)).max(64),
  allowImpersonation: z.boolean(),
  namespaces: z.array(text(63)).max(256).nullable(),
  allowProxy: z.boolean(),
});

const report = z.object({
  agentVersion: text(64),
  instance: text(128),
  location: z.enum(['in-cluster', 'outside']),
  kubernetes: z
    .object({ version: text(64), platform: text(64), nodes: z.object({ total: count, ready: count }) })
    .optional(),
  capabilities: z
    .object({
      impersonate: z.boolean(),
      listNodes: z.boolean(),
      bindings: z.enum(['present', 'created', 'missing']),
      metricsApi: z.boolean(),
      policy: policy.optional(),
    })
    .optional(),
  problem: z.object({ code: text(64), message: text(2048) }).optional(),
});

/** Schema of the head of OPEN. */
export const requestHead = z.discriminatedUnion('kind', [
  httpHead('http'),
  httpHead('upgrade'),
  z.object({
    kind: z.literal('tcp'),
    cluster,
    host: z.string().regex(/^[0-9A-Za-z._:-]{1,253}$/, 'not a host'),
    port: z.int().min(1).max(65535),
    identity,
  }),
  z.object({ kind: z.literal('report'), cluster, report }),
]);

/** Schema of the head of ACCEPT. */
export const responseHead = z.object({ status: z.int().min(100).max(599), headers });

/** Parses the head of OPEN. Never throws. */
export function parseRequestHead(bytes: Uint8Array): Parsed<RequestHead> {
  return parse(bytes, checkHttpHead, requestHead);
}

/** Parses the head of ACCEPT. Never throws. */
export function parseResponseHead(bytes: Uint8Array): Parsed<ResponseHead> {
  return parse(bytes, checkResponseHead, responseHead);
}

/** Encodes a request head. @throws InvalidHeadError */
export function encodeRequestHead(head: RequestHead): Buffer {
  return encode(head, checkHttpHead, requestHead);
}

/** Encodes a response head. @throws InvalidHeadError */
export function encodeResponseHead(head: ResponseHead): Buffer {
  return encode(head, checkResponseHead, responseHead);
}

/** Uses the schema where the quick check does not accept. */
function parse<T>(bytes: Uint8Array, check: (json: unknown) => T | undefined, schema: z.ZodType<T>): Parsed<T> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return { ok: false, reason: 'the head is not JSON' };
  }
  const checked = check(json);
  if (checked !== undefined) return { ok: true, value: checked };
  const result = parseUntrusted(schema, json);
  return result.success ? { ok: true, value: result.data } : { ok: false, reason: firstIssue(result.error) };
}

function encode<T>(head: T, check: (json: unknown) => T | undefined, schema: z.ZodType<T>): Buffer {
  const checked = check(head);
  if (checked !== undefined) return Buffer.from(JSON.stringify(checked));
  const result = schema.safeParse(head);
  if (!result.success) throw new InvalidHeadError(firstIssue(result.error));
  return Buffer.from(JSON.stringify(result.data));
}

/** Names the field but never quotes its value, which may be a secret. */
function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'the head is malformed';
  return `the head's ${issue.path.length === 0 ? 'form' : issue.path.join('.')} is not valid: ${issue.message}`;
}

/** RFC 9110 5.5: visible characters, obs-text, spaces and tabs; so no CR, LF or NUL. */
function isFieldValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if ((unit < 0x20 && unit !== 0x09) || unit === 0x7f || unit > 0xff) return false;
  }
  return true;
}
