import { isDeepStrictEqual } from 'node:util';
import { ApiError, badRequest } from './api-error.ts';
import { isFields } from './fields.ts';

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/**
 * Applies a JSON patch (RFC 6902) to a copy of a document.
 * @throws ApiError 400 for a malformed patch, 422 for one that cannot be applied.
 */
export function jsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch) || patch.length > 10_000) throw badRequest('a JSON patch is a list of operations');
  let result: unknown = structuredClone(document);
  for (const operation of patch) {
    if (!isOperation(operation)) throw badRequest('an operation of a JSON patch needs "op" and "path"');
    result = apply(result, operation);
  }
  return result;
}

function isOperation(value: unknown): value is Operation {
  return isFields(value) && typeof value['op'] === 'string' && typeof value['path'] === 'string';
}

const misfit = (why: string) =>
  new ApiError(422, 'Invalid', `the server rejected our request due to an error in our request: ${why}`, {});

function apply(document: unknown, operation: Operation): unknown {
  const { op, path, value } = operation;
  const from = operation.from ?? '';
  switch (op) {
    case 'add':
      return write(document, path, value, true);
    case 'replace':
      read(document, path);
      return write(document, path, value, false);
    case 'remove':
      return remove(document, path);
    case 'move': {
      const moved = read(document, from);
      return write(remove(document, from), path, moved, true);
    }
    case 'copy':
      return write(document, path, structuredClone(read(document, from)), true);
    case 'test':
      if (!isDeepStrictEqual(read(document, path), value)) throw misfit(`testing value ${path} failed`);
      return document;
    default:
      throw badRequest(`unexpected kind of operation: ${op}`);
  }
}

/** The reference tokens of a JSON pointer (RFC 6901). */
function steps(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw badRequest(`not a JSON pointer: ${path}`);
  const parts = path.slice(1).split('/');
  if (parts.includes('__proto__')) throw badRequest('the key "__proto__" is not allowed');
  return parts.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function child(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return value[index(step, value.length - 1)];
  if (isFields(value) && Object.hasOwn(value, step)) return value[step];
  throw misfit(`missing path: ${step}`);
}

function index(step: string, max: number): number {
  const at = /^(?:0|[1-9][0-9]*)$/.test(step) ? Number(step) : -1;
  if (at < 0 || at > max) throw misfit(`invalid index: ${step}`);
  return at;
}

function read(document: unknown, path: string): unknown {
  return steps(path).reduce(child, document);
}

/** Changes `document` in place, unless the whole document is replaced. */
function write(document: unknown, path: string, value: unknown, insert: boolean): unknown {
  const parts = steps(path);
  const last = parts.pop();
  if (last === undefined) return value;
  const parent = parts.reduce(child, document);
  if (Array.isArray(parent)) {
    if (insert) parent.splice(last === '-' ? parent.length : index(last, parent.length), 0, value);
    else parent[index(last, parent.length - 1)] = value;
  } else if (isFields(parent)) parent[last] = value;
  else throw misfit(`missing path: ${path}`);
  return document;
}

function remove(document: unknown, path: string): unknown {
  const parts = steps(path);
  const last = parts.pop();
  if (last === undefined) throw misfit('cannot remove the whole');
  const parent = parts.reduce(child, document);
  child(parent, last);
  if (Array.isArray(parent)) parent.splice(index(last, parent.length - 1), 1);
  else if (isFields(parent)) delete parent[last];
  return document;
}
