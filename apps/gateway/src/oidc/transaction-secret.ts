import { createHash, createHmac, randomBytes } from 'node:crypto';

/** What a sign-in at a provider needs: none of it is stored, all of it follows from the secret in the browser's cookie. */
export interface TransactionSecret {
  /** The value of the cookie. */
  text: string;
  state: string;
  nonce: string;
  /** Of PKCE (RFC 7636). */
  codeVerifier: string;
  /** What is stored of it. A plain hash is enough for 256 random bits. */
  hash: Buffer<ArrayBuffer>;
}

export function newTransactionSecret(): TransactionSecret {
  return transactionSecretOf(randomBytes(32).toString('base64url'));
}

/** @param text the value of a cookie. */
export function transactionSecretOf(text: string): TransactionSecret {
  const derive = (purpose: string): string => createHmac('sha256', text).update(purpose).digest('base64url');
  return {
    text,
    state: derive('state'),
    nonce: derive('nonce'),
    codeVerifier: derive('code verifier'),
    hash: createHash('sha256').update(text).digest() as Buffer<ArrayBuffer>,
  };
}
