import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { audienceOf, readBearer } from './signed-tokens.ts';

const Unverified = z.object({ aud: z.literal(audienceOf('access')) });

/**
 * Whether a request shows what looks like a credential for one cluster: the token of a kubeconfig or the signed token of the
 * exec plugin. Decided by its form alone, which anybody can write: good for routing, never for trust.
 */
export function looksLikeClusterCredential(headers: IncomingHttpHeaders): boolean {
  const bearer = readBearer(headers);
  if (typeof bearer !== 'string') return false;
  return bearer.startsWith('postern_') ? bearer.startsWith('postern_kube_') : isForAccess(bearer);
}

/** Whether a JSON Web Token says that it is one of the exec plugin's. */
function isForAccess(text: string): boolean {
  const [, payload, signature, ...more] = text.split('.');
  if (payload === undefined || signature === undefined || more.length > 0) return false;
  try {
    return Unverified.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).success;
  } catch {
    return false;
  }
}
