import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { audienceOf, readBearer } from './signed-tokens.ts';

const Unverified = z.object({ aud: z.literal(audienceOf('access')) });

/**
 * Whether a request has what looks like a credential for one cluster: the token of a kubeconfig or the signed token of the exec
 * plugin. Only the form is checked, which anybody can imitate: use it for routing, never for authentication.
 */
export function looksLikeClusterCredential(headers: IncomingHttpHeaders): boolean {
  const bearer = readBearer(headers);
  if (typeof bearer !== 'string') return false;
  return bearer.startsWith('postern_') ? bearer.startsWith('postern_kube_') : isForAccess(bearer);
}

/** Whether a JSON Web Token claims to be a credential of the exec plugin. */
function isForAccess(text: string): boolean {
  const [, payload, signature, ...more] = text.split('.');
  if (payload === undefined || signature === undefined || more.length > 0) return false;
  try {
    return Unverified.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).success;
  } catch {
    return false;
  }
}
