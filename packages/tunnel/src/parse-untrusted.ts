import { z } from 'zod';

/**
 * Parses untrusted input without ever throwing, which `safeParse` does not guarantee: zod (4.6) compares the `length` of any
 * value that has one with the limits of a string, even if the value is an object, and throws a TypeError if that `length` is an
 * object that cannot be converted to a number.
 */
export function parseUntrusted<S extends z.ZodType>(schema: S, value: unknown): z.ZodSafeParseResult<z.output<S>> {
  try {
    return schema.safeParse(value);
  } catch (error) {
    // Any other error is a bug of ours and must not be blamed on the sender.
    if (!(error instanceof TypeError) || !holdsObjectAsLength(value)) throw error;
    const refused = new z.ZodError([{ code: 'custom', path: [], message: 'Invalid input', input: undefined }]);
    return { success: false, error: refused as z.ZodError<z.output<S>> };
  }
}

/** Whether any object in it, at any depth, has an object as `length`. Not recursive: JSON may be nested deeper than the stack. */
function holdsObjectAsLength(value: unknown): boolean {
  const left: object[] = [{ value }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { length } = next as { length?: unknown };
    if (typeof length === 'object' && length !== null) return true;
    for (const inner of Object.values(next)) if (typeof inner === 'object' && inner !== null) left.push(inner);
  }
  return false;
}
