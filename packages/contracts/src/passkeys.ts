import { z } from 'zod';
import { DisplayName, Id, Instant, text } from './primitives.ts';

const Base64url = text(16_384).regex(/^[\w-]+$/, 'Not base64url');

/** What `navigator.credentials.get()` returns, as JSON (WebAuthn Level 3, AuthenticationResponseJSON). */
export const PasskeyAssertion = z.object({
  id: Base64url,
  rawId: Base64url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: Base64url,
    authenticatorData: Base64url,
    signature: Base64url,
    userHandle: Base64url.optional(),
  }),
});
export type PasskeyAssertion = z.infer<typeof PasskeyAssertion>;

/** What `navigator.credentials.create()` returns, as JSON (RegistrationResponseJSON). */
const PasskeyAttestation = z.object({
  id: Base64url,
  rawId: Base64url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: Base64url,
    attestationObject: Base64url,
    transports: z
      .array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']))
      .max(7)
      .optional(),
  }),
});

/** For `PublicKeyCredential.parseCreationOptionsFromJSON()`. */
export const PasskeyCreationOptions = z.looseObject({ challenge: z.string() });
/** For `PublicKeyCredential.parseRequestOptionsFromJSON()`. */
export const PasskeyRequestOptions = z.looseObject({ challenge: z.string() });

export const CreatePasskeyRequest = z.strictObject({ name: DisplayName, attestation: PasskeyAttestation });
export type CreatePasskeyRequest = z.infer<typeof CreatePasskeyRequest>;

export const UpdatePasskeyRequest = z.strictObject({ name: DisplayName });

export const PasskeySignInRequest = z.strictObject({ passkey: PasskeyAssertion });

export const Passkey = z.object({
  id: Id,
  name: z.string(),
  createdAt: Instant,
  lastUsedAt: Instant.nullable(),
});
export type Passkey = z.infer<typeof Passkey>;
