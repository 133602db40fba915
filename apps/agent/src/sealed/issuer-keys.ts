import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';

/** How long fetched keys are used, in milliseconds: a key that the provider withdrew is accepted for at most this long. */
const keysMs = 5 * 60_000;
const timeoutMs = 5_000;
const longestDocument = 256 * 1024;

/**
 * The signing keys of an OpenID provider, found by its discovery document and fetched by the agent itself. An unknown key id
 * fetches them again, at most every 30 s. A failed discovery is tried again with the next request.
 */
export function issuerKeys(issuer: string): JWTVerifyGetKey {
  let found: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    found ??= discover(issuer).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return (await found)(header, token);
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`the provider answered ${response.status} for its configuration`);
  const text = await response.text();
  if (text.length > longestDocument) throw new Error("the provider's configuration is too long");
  const document = JSON.parse(text) as { issuer?: unknown; jwks_uri?: unknown };
  if (document.issuer !== issuer) throw new Error('the configuration belongs to another issuer');
  if (typeof document.jwks_uri !== 'string') throw new Error("the provider's configuration names no keys");
  const keys = new URL(document.jwks_uri);
  if (keys.protocol !== 'https:' && keys.protocol !== new URL(issuer).protocol) {
    throw new Error("the provider's keys are not served over https");
  }
  return createRemoteJWKSet(keys, { cacheMaxAge: keysMs, timeoutDuration: timeoutMs });
}
