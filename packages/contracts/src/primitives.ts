import { z } from 'zod';

/**
 * Text of a single line: no control characters (PostgreSQL cannot store NUL, the others can forge lines in a log or a
 * terminal), no lone surrogates (UTF-8 cannot encode them), no line or paragraph separators.
 */
export const oneLine = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]*$/u;

/**
 * Text in a request: a single line of at most `most` UTF-16 units. Every string in a request is built from this, or is an
 * enumeration, an id or an instant; a test goes through the schemas and fails on any other.
 */
export const text = (most: number) =>
  z.string().max(most, `At most ${most} characters`).regex(oneLine, 'No control characters and no lone surrogates');

/** A row's id: UUIDv7 as text. */
export const Id = z.uuid();
/** An instant, RFC 3339 in UTC with milliseconds. */
export const Instant = z.iso.datetime();

/**
 * An e-mail address in canonical form: trimmed, lower case, ASCII only (no look-alike letters of other alphabets, because
 * two accounts must never look the same), at most 254 characters (RFC 5321, 4.5.3.1.3).
 */
export const Email = text(300)
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[\x21-\x7e]+$/, 'Only ASCII letters, digits and punctuation')
  .pipe(z.email());

/** 10 to 200 characters; length is what makes a password strong (NIST SP 800-63B, 3.1.1.2). */
export const Password = text(200).min(10, 'At least 10 characters');

/** A name shown to people: 1 to 100 characters on a single line, none invisible. */
export const DisplayName = text(200)
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'No control characters');

/** A name used in URLs: a DNS label (RFC 1123), at most 63 characters. */
export const Slug = text(63)
  .min(1)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    'Lower-case letters, digits and hyphens; the first and last must be a letter or digit',
  );

/** Lifetime of a token in seconds, from a minute to a year. */
export const Lifetime = z.number().int().min(60).max(31_536_000);

/** Labels of a cluster, with the syntax of Kubernetes labels; at most 32. */
export const Labels = z
  .record(text(253).regex(/^[A-Za-z0-9][-A-Za-z0-9_./]*$/, 'Not a valid Kubernetes label'), text(63))
  .refine((labels) => Object.keys(labels).length <= 32, 'At most 32 labels');

/** A page of a list. `nextCursor` is opaque; null on the last page. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** Query parameters of every list. */
export const PageQuery = z.object({
  cursor: text(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
