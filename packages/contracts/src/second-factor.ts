import { z } from 'zod';
import { TokenRequest } from './auth.ts';
import { PasskeyAssertion } from './passkeys.ts';
import { Instant, text } from './primitives.ts';

/** The six digits that an authenticator app shows, with or without a space in the middle. */
const Code = text(20).regex(/^\d{3} ?\d{3}$/, 'A code has six digits');
/** One of the recovery codes; case, spaces and dashes do not matter. */
const RecoveryCode = text(40).regex(/^[A-Za-z0-9 -]+$/, 'A recovery code has letters, digits and dashes');

/** A proof of a second factor; exactly one of them. */
const proof = { code: Code.optional(), recoveryCode: RecoveryCode.optional(), passkey: PasskeyAssertion.optional() };

const isOne = (given: Record<string, unknown>): boolean =>
  ['password', ...Object.keys(proof)].filter((name) => given[name] !== undefined).length === 1;

/** The second step of a sign-in. `challenge` is for programs; a browser has a cookie. */
export const CompleteSignInRequest = z
  .strictObject({
    ...proof,
    challenge: text(100)
      .regex(/^[\w-]{43}$/, 'Not a challenge')
      .optional(),
    token: TokenRequest.optional(),
  })
  .refine(isOne, 'Give a code, a recovery code or a passkey');

/** Proves again who is signed in: the password counts only for a person without a second factor. */
export const StepUpRequest = z
  .strictObject({ ...proof, password: text(200).min(1).optional() })
  .refine(isOne, 'Give a password, a code, a recovery code or a passkey');

/** An authenticator app that is being set up. `uri` is what a QR code shows. */
export const NewTotp = z.object({ uri: z.string(), secret: z.string() });

export const ConfirmTotpRequest = z.strictObject({ code: Code });

/** Shown once. Each signs in once, in place of a second factor. */
export const RecoveryCodes = z.object({ codes: z.array(z.string()), createdAt: Instant });

/** After confirming a second factor: recovery codes if there were none before, otherwise null. */
export const SecondFactorAdded = z.object({ recoveryCodes: RecoveryCodes.nullable() });
