import type { RequestOptions } from 'node:https';
import type { Authenticator } from '@kubernetes/client-node/dist/auth.js';
import type { User } from '@kubernetes/client-node/dist/config_types.js';
import type { Credential } from './endpoint.ts';

/** The credential that one of client-node's authenticators would add to a request. */
export async function authorizationOf(authenticator: Authenticator, user: User): Promise<Credential> {
  const options: RequestOptions & { headers: Record<string, string> } = { headers: {} };
  await authenticator.applyAuthentication(user, options);
  const { Authorization: authorization } = options.headers;
  return {
    ...(authorization === undefined ? {} : { authorization: authorization.trim() }),
    ...(typeof options.cert === 'string' ? { cert: options.cert } : {}),
    ...(typeof options.key === 'string' ? { key: options.key } : {}),
  };
}
