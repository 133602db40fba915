import { z } from 'zod';
import { roles } from './permissions.ts';
import { DisplayName, Email, Id, Instant, Lifetime, Password, Slug, text } from './primitives.ts';

/** Requests a long-lived API token in the response instead of cookies, for the CLI, which has no cookie jar. */
const TokenRequest = z.strictObject({ name: DisplayName, expiresInSeconds: Lifetime });

export const SignUpRequest = z.strictObject({
  email: Email,
  password: Password,
  organization: DisplayName,
  /** The code shown in the terminal of `npm start`; needed if `Meta.setupCodeRequired` is true. */
  setupCode: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9 -]*$/, 'A set-up code has letters, digits and dashes')
    .optional(),
  token: TokenRequest.optional(),
});
export type SignUpRequest = z.infer<typeof SignUpRequest>;

export const SignInRequest = z.strictObject({
  email: Email,
  password: text(200).min(1),
  token: TokenRequest.optional(),
});
export type SignInRequest = z.infer<typeof SignInRequest>;

export const Membership = z.object({ id: Id, name: z.string(), slug: Slug, role: z.enum(roles) });
export type Membership = z.infer<typeof Membership>;

/** The signed-in person and their memberships. */
export const Me = z.object({
  user: z.object({ id: Id, email: z.string(), createdAt: Instant }),
  organizations: z.array(Membership),
});
export type Me = z.infer<typeof Me>;

/** The response to sign-up and sign-in. `token` only if requested, and shown once; otherwise cookies are set. */
export const SignedIn = Me.extend({ token: z.object({ id: Id, secret: z.string(), expiresAt: Instant }).optional() });
export type SignedIn = z.infer<typeof SignedIn>;
