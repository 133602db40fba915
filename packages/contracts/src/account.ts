import { z } from 'zod';
import { DisplayName, Email, Id, Instant, Password, text } from './primitives.ts';

/** The signed-in person's own account. */
export const Account = z.object({
  id: Id,
  email: z.string(),
  /** Null if the person has not given one. */
  name: z.string().nullable(),
  /** When they opened a link sent to this address; null if never. */
  emailVerifiedAt: Instant.nullable(),
  createdAt: Instant,
  /** Whether this Postern sends e-mail. Without it, addresses can neither be verified nor changed. */
  sendsEmail: z.boolean(),
  secondFactor: z.object({
    /** Whether an authenticator app is set up. */
    totp: z.boolean(),
    passkeys: z.number().int(),
    /** How many recovery codes are left. */
    recoveryCodes: z.number().int(),
  }),
});
export type Account = z.infer<typeof Account>;

export const UpdateAccountRequest = z.strictObject({ name: DisplayName.nullable() });

export const ChangeEmailRequest = z.strictObject({ email: Email });

export const ChangePasswordRequest = z.strictObject({ currentPassword: text(200).min(1), newPassword: Password });

/** The secret of a link: what follows `#` in its address. */
const LinkSecret = text(100).regex(/^[\w-]{43}$/, 'Not the secret of a link');

export const ConfirmEmailRequest = z.strictObject({ secret: LinkSecret });

export const PasswordResetRequest = z.strictObject({ email: Email });

export const ResetPasswordRequest = z.strictObject({ secret: LinkSecret, password: Password });

/** A link that lets a member choose a new password, once. Shown only here. */
export const PasswordResetLink = z.object({ link: z.string(), expiresAt: Instant });

/** A sign-in of the person: with a browser or with the command line. */
export const OwnSignIn = z.object({
  id: Id,
  kind: z.enum(['browser', 'cli']),
  /** Browser and operating system, such as `Firefox on Linux`; for the command line the token's name. */
  device: z.string(),
  /** Network address from which it began; null for the command line. */
  address: z.string().nullable(),
  createdAt: Instant,
  lastSeenAt: Instant.nullable(),
  expiresAt: Instant,
  /** Whether this request belongs to it. */
  current: z.boolean(),
});
export type OwnSignIn = z.infer<typeof OwnSignIn>;

/** What an organization requires of its members. */
export const OrganizationSecurity = z.strictObject({
  /** Members without a second factor reach nothing of the organization. */
  requireSecondFactor: z.boolean(),
});
