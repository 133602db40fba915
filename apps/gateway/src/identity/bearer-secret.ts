import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readBase64url } from './base64url.ts';

/**
 * `postern`: an API token. `postern_kube`: the token of a kubeconfig, distinguishable so that its requests can be routed before
 * the token is looked up. `postern_join`: a join token. `postern_invite`: an invitation.
 */
type Prefix = 'postern' | 'postern_kube' | 'postern_join' | 'postern_invite';

const secretBytes = 32;

/** A secret with the id of its row: `<prefix>_<id without hyphens>_<secret>`. */
export interface BearerSecret {
  id: string;
  /** Base64url of 256 random bits. */
  secret: string;
}

/** Generates a secret. Its hash and a hint that distinguishes it are stored; `text` is shown only once. */
export function makeSecret(): { hash: Buffer<ArrayBuffer>; hint: string; text(prefix: Prefix, id: string): string } {
  const secret = randomBytes(secretBytes).toString('base64url');
  return {
    hash: hashSecret(secret),
    hint: secret.slice(0, 6),
    text: (prefix, id) => `${prefix}_${id.replaceAll('-', '')}_${secret}`,
  };
}

/** Parses a bearer secret; null if it is malformed or not canonical. */
export function readBearerSecret(prefix: Prefix, text: string): BearerSecret | null {
  const match =
    /^(postern|postern_kube|postern_join|postern_invite)_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([\w-]{43})$/.exec(
      text,
    );
  if (match === null || match[1] !== prefix || readBase64url(match[7] ?? '', secretBytes) === null) return null;
  return { id: match.slice(2, 7).join('-'), secret: match[7] ?? '' };
}

/** Compares a secret with a stored hash, in constant time. */
export function isSecretOf(secret: string, hash: Uint8Array): boolean {
  const given = hashSecret(secret);
  return hash.byteLength === given.byteLength && timingSafeEqual(given, hash);
}

/** A plain hash is enough for 256 random bits, which cannot be guessed. */
function hashSecret(secret: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(secret, 'utf8').digest() as Buffer<ArrayBuffer>;
}
