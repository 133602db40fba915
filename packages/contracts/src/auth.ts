import { z } from 'zod';
import { roles } from './permissions.ts';
import { DisplayName, Email, Id, Instant, Lifetime, Password, Slug, text } from './primitives.ts';

/** Requests a long-lived API token in the response instead of cookies, for the CLI, which has no cookie jar. */
export const TokenRequest = z.strictObject({ name: DisplayName, expiresInSeconds: Lifetime });

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

/** The ways in which a person can prove their second factor. */
export const secondFactorMethods = ['totp', 'passkey', 'recovery-code'] as const;

/** The password was right, and the account has a second factor: complete the sign-in with `completeSignIn`. */
export const SecondFactorNeeded = z.object({
  secondFactor: z.object({
    methods: z.array(z.enum(secondFactorMethods)),
    /** For programs, which asked for a token; a browser gets a cookie instead. */
    challenge: z.string().optional(),
    expiresAt: Instant,
  }),
});
export type SecondFactorNeeded = z.infer<typeof SecondFactorNeeded>;
