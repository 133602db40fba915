import { z } from 'zod';

/**
 * Parses what somebody else sent. Total, which `safeParse` is not: zod (4.6) compares the `length` of whatever has one with the
 * limits of a string, also where an object stands in place of the string, and throws a TypeError when that `length` is an object
 * which cannot become a number.
 */
export function parseUntrusted<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  try {
    return schema.safeParse(value);
  } catch (error) {
    // Every other error is a bug of ours, and must not read as the sender's fault.
    if (!(error instanceof TypeError) || !holdsObjectAsLength(value)) throw error;
    const refused = new z.ZodError([{ code: 'custom', path: [], message: 'Invalid input', input: undefined }]);
    return { success: false, error: refused as z.ZodError<z.output<S>> };
  }
}

/** Whether an object in it, at any depth, has an object for its `length`. No recursion: JSON may be nested deeper than the stack. */
function holdsObjectAsLength(value: unknown): boolean {
  const left: object[] = [{ value }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { length } = next as { length?: unknown };
    if (typeof length === 'object' && length !== null) return true;
    for (const inner of Object.values(next)) if (typeof inner === 'object' && inner !== null) left.push(inner);
  }
  return false;
}
