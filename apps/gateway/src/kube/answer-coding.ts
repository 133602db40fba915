import type { IncomingMessage } from 'node:http';
import type { ResponseHead } from '@postern/tunnel';
import type { ClassifiedRequest } from '../access/classify.ts';
import { acceptedCoding } from '../core/content-coding.ts';
import { announcedLength } from './response-rules.ts';

/** Content codings (RFC 9110, 8.4.1) that the gateway can apply. */
export type Coding = 'zstd' | 'br' | 'gzip';

/** Best first. */
const plainCodings: readonly Coding[] = ['zstd', 'br', 'gzip'];
/** Only deflate can forget what it has compressed without ending the body, see `EventGzip`. */
const watchCodings: readonly Coding[] = ['gzip'];

/** Smaller answers are not worth compressing, in bytes. */
const minLength = 1_024;
const compressible =
  /^(?:application\/(?:[\w.+-]+\+)?(?:json|yaml)|text\/plain|application\/openmetrics-text)(?:$|[; ])/i;

/**
 * Decides how the gateway compresses an answer to a browser: undefined if it never compresses this kind of answer, null if it
 * would but the client accepts no suitable coding. What the cluster has compressed stays as it is.
 */
export function answerCoding(
  answer: ResponseHead,
  request: Pick<IncomingMessage, 'method' | 'headers'>,
  asked: ClassifiedRequest,
): Coding | null | undefined {
  if (!mayCompress(asked) || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
  // Another site, or a link somebody sent, cannot make a browser request anything compressed.
  if (request.headers['sec-fetch-site'] !== 'same-origin') return undefined;
  if (answer.status !== 200) return undefined;
  const headerOf = (name: string): string => answer.headers.find(([found]) => found === name)?.[1] ?? '';
  if (headerOf('content-encoding') !== '' || headerOf('content-range') !== '') return undefined;
  if (!compressible.test(headerOf('content-type')) || /\bno-transform\b/i.test(headerOf('cache-control'))) {
    return undefined;
  }
  if ((announcedLength(answer) ?? minLength) < minLength) return undefined;
  const offered = asked.kind === 'watch' ? watchCodings : plainCodings;
  return acceptedCoding(request.headers['accept-encoding'], offered) ?? null;
}

/**
 * Lists, objects, documents and watches are compressed; logs, proxied responses and Secrets are not. Logs and proxied responses
 * contain what strangers send to a workload next to what it keeps to itself, and the size of a compressed answer would tell an
 * eavesdropper how similar the two are (BREACH).
 */
function mayCompress({ kind, info }: ClassifiedRequest): boolean {
  if (info.isResourceRequest && info.resource === 'secrets') return false;
  return kind === 'unary' || kind === 'watch';
}

/**
 * Changes the headers of an answer that the gateway compresses, or could have (`coding` null). The compressed form has another
 * length, no ranges, and a weak ETag, because its bytes are not those that the cluster tagged.
 */
export function applyCoding(headers: Map<string, string | string[]>, coding: Coding | null): void {
  headers.set('vary', [headers.get('vary') ?? [], 'accept-encoding'].flat());
  if (coding === null) return;
  headers.set('content-encoding', coding);
  headers.delete('content-length');
  headers.delete('accept-ranges');
  weaken(headers);
}

/** Makes a 304 refer to the compressed form, if that is what the client has. */
export function applyKnownTag(headers: Map<string, string | string[]>, ifNoneMatch: string | undefined): void {
  if (ifNoneMatch?.includes('W/') === true) weaken(headers);
}

function weaken(headers: Map<string, string | string[]>): void {
  const tag = headers.get('etag');
  if (typeof tag === 'string' && !tag.startsWith('W/')) headers.set('etag', `W/${tag}`);
}

/** An `If-None-Match` with the tags as the cluster knows them, which the gateway may have made weak. */
export const strongTags = (ifNoneMatch: string): string => ifNoneMatch.replaceAll(/(?<=^|,)(\s*)W\//g, '$1');
