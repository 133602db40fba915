import type { HeaderList, Identity, RequestHead, ResponseHead } from './head-types.ts';

/*
 * Hand-written versions of the checks in heads.ts, for the heads of every request and response: the first head takes a fifth
 * of the time, which is noticeable in an exec, and later ones about half. Undefined means that the schema must decide, and say
 * what is wrong. A property test compares the two.
 */

type HttpHead = Extract<RequestHead, { kind: 'http' | 'upgrade' }>;
type Fields = Readonly<Record<string, unknown>>;

const visible = /^[ -~]*$/;
const oneLine = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;
const methodForm = /^[A-Z][A-Z-]{0,31}$/;
const pathForm = /^\/[!-"$-~]*$/;
const nameForm = /^[!#$%&'*+\-.^_`|~0-9a-z]{1,256}$/;
/** RFC 9110, 5.5: visible characters, obs-text, spaces and tabs; so no CR, LF or NUL. */
const valueForm = /^[\t -~\x80-\xff]*$/;

/** The head of a plain request or of an upgrade, without any field that the schema does not know. */
export function checkHttpHead(value: unknown): HttpHead | undefined {
  if (!isObject(value)) return undefined;
  const { kind, cluster, method, path } = value;
  if (kind !== 'http' && kind !== 'upgrade') return undefined;
  if (!isText(cluster, 128) || typeof method !== 'string' || !methodForm.test(method)) return undefined;
  if (typeof path !== 'string' || path.length > 32 * 1024 || !pathForm.test(path)) return undefined;
  const headers = checkHeaders(value['headers']);
  const identity = checkIdentity(value['identity']);
  if (headers === undefined || identity === undefined) return undefined;
  return { kind, cluster, method, path, headers, identity };
}

/** The head of a response, without any field that the schema does not know. */
export function checkResponseHead(value: unknown): ResponseHead | undefined {
  if (!isObject(value)) return undefined;
  const { status } = value;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) return undefined;
  const headers = checkHeaders(value['headers']);
  return headers === undefined ? undefined : { status, headers };
}

function checkHeaders(value: unknown): HeaderList | undefined {
  if (!Array.isArray(value) || value.length > 1024) return undefined;
  const headers: HeaderList = [];
  for (const pair of value as unknown[]) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined;
    const [name, text] = pair as unknown[];
    if (typeof name !== 'string' || typeof text !== 'string') return undefined;
    if (!nameForm.test(name) || !valueForm.test(text)) return undefined;
    headers.push([name, text]);
  }
  return headers;
}

/** Extra fields are rare, and left to the schema. */
function checkIdentity(value: unknown): Identity | undefined {
  if (!isObject(value) || value['extra'] !== undefined) return undefined;
  const { user, groups, impersonatedBy } = value;
  if (impersonatedBy !== undefined && !isText(impersonatedBy, 1024)) return undefined;
  if (!isText(user, 1024) || !Array.isArray(groups) || groups.length > 1024) return undefined;
  const known: string[] = [];
  for (const group of groups as unknown[]) {
    if (!isText(group, 1024)) return undefined;
    known.push(group);
  }
  return impersonatedBy === undefined ? { user, groups: known } : { user, groups: known, impersonatedBy };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown, most: number): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > most) return false;
  return visible.test(value) || oneLine.test(value);
}
