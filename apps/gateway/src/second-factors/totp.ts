import { Secret, TOTP } from 'otpauth';

/** Seconds for which a code is shown (RFC 6238, 5.2). */
const period = 30;
/** 160 bits, as RFC 4226 recommends for HMAC-SHA-1, the only algorithm that every app supports. */
const keyBytes = 20;

/** A new key for an authenticator app. */
export function newTotpKey(): Uint8Array {
  return new Secret({ size: keyBytes }).bytes;
}

/** What an app is given: as a QR code, or to type. @param issuer the host name of this Postern. */
export function describeTotp(
  key: Uint8Array,
  { issuer, email }: { issuer: string; email: string },
): { uri: string; secret: string } {
  const totp = totpOf(key, { issuer: `Postern (${issuer})`, label: email });
  return { uri: totp.toString(), secret: totp.secret.base32 };
}

/**
 * The time step to which a code belongs: now, or one before or after, for clocks that disagree. Null for a wrong code, and for
 * one of a step up to `lastStep`, because a code counts once (RFC 6238, 5.2).
 */
export function acceptedStep(
  key: Uint8Array,
  code: string,
  { lastStep, now }: { lastStep: bigint; now: number },
): bigint | null {
  const token = code.replaceAll(' ', '');
  const totp = totpOf(key);
  const current = Math.floor(now / 1_000 / period);
  const delta = totp.validate({ token, timestamp: now, window: 1 });
  if (delta === null) return null;
  const step = BigInt(current + delta);
  return step > lastStep ? step : null;
}

function totpOf(key: Uint8Array, about: { issuer?: string; label?: string } = {}): TOTP {
  const secret = new Secret({ buffer: Uint8Array.from(key).buffer });
  return new TOTP({ ...about, secret, algorithm: 'SHA1', digits: 6, period });
}
