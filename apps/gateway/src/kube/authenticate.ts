import type { IncomingMessage } from 'node:http';
import { refusal } from '../access/refusal.ts';
import type { Authenticator } from '../identity/authenticator.ts';
import { refusesCrossSite, refusesDestination } from '../identity/browser-request.ts';
import type { Principal } from '../identity/principal.ts';

/**
 * Pass: who sends the request? A request authenticated by a cookie must also come from our own pages, and must not load
 * anything that the browser would run.
 * @throws Refusal 401, 403.
 */
export async function authenticate(
  request: Pick<IncomingMessage, 'headers' | 'method'>,
  by: { authenticator: Pick<Authenticator, 'authenticate'>; publicOrigin: string },
): Promise<Principal> {
  const principal = await by.authenticator.authenticate(request.headers);
  if (principal === null) {
    throw refusal(
      401,
      'Your Postern credential is missing or has expired: run `postern login`, or download a new kubeconfig from the dashboard.',
    );
  }
  const { method = 'GET', headers } = request;
  if (principal.credential.kind === 'browser' && refusesCrossSite({ method, headers }, by.publicOrigin)) {
    throw refusal(403, 'The request came from another site and was refused.');
  }
  if (principal.credential.kind === 'browser' && refusesDestination({ headers })) {
    throw refusal(403, 'The answer of a cluster cannot be loaded as a script, stylesheet, frame or image.');
  }
  return principal;
}
