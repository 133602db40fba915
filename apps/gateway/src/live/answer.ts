import type { SocketError } from '@postern/contracts';
import type { z } from 'zod';

/**
 * Checks what came from a browser. A client decides what it sends, the acknowledgement included: it may be missing or no function.
 * @returns the request and a way to answer, or undefined when the request was refused (the answer is sent then).
 */
export function receive<S extends z.ZodType, T>(
  schema: S,
  request: unknown,
  ack: unknown,
): { value: z.output<S>; answer: (answer: T | SocketError) => void } | undefined {
  const answer = typeof ack === 'function' ? (value: T | SocketError): void => void ack(value) : (): void => {};
  const parsed = schema.safeParse(request);
  if (parsed.success) return { value: parsed.data, answer };
  const [issue] = parsed.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? 'the request' : issue.path.join('.');
  answer(socketError('invalid-request', `${field}: ${issue?.message ?? 'malformed'}`));
  return undefined;
}

export function socketError(code: string, message: string): SocketError {
  return { error: { code, message } };
}
