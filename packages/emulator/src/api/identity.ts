import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/** The user of a request. */
export interface User {
  name: string;
  groups: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

const SUPERUSERS = 'system:masters';
/** The user of a request without a credential. */
export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** The bearer token of a request; undefined without any credential. @throws ApiError 401 for any other credential. */
export function bearerToken({ headers: { authorization } }: IncomingMessage): string | undefined {
  if (authorization === undefined) return undefined;
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token === undefined) throw unauthorized();
  return token;
}

export const unauthorized = () => new ApiError(401, 'Unauthorized', 'Unauthorized');

/**
 * The user of a request with the token of a world. The token belongs to its administrator, who may impersonate anybody.
 * @throws ApiError 400 for groups without a user.
 */
export function userInWorld({ rawHeaders }: IncomingMessage): User {
  return impersonated(rawHeaders) ?? { name: 'kubernetes-admin', groups: [SUPERUSERS, 'system:authenticated'] };
}

export function isSuperuser(user: User): boolean {
  return user.groups.includes(SUPERUSERS);
}

/** Reads the raw headers, because Node would join two groups with a comma into one name. */
function impersonated(rawHeaders: string[]): User | undefined {
  let name: string | undefined;
  let uid: string | undefined;
  const groups: string[] = [];
  const extra = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const header = (rawHeaders[at] ?? '').toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (header === 'impersonate-user') name = value;
    else if (header === 'impersonate-group') groups.push(value);
    else if (header === 'impersonate-uid') uid = value;
    else if (header.startsWith('impersonate-extra-')) {
      const key = header.slice('impersonate-extra-'.length);
      extra.set(key, [...(extra.get(key) ?? []), value]);
    }
  }
  if (name === undefined || name === '') {
    if (groups.length === 0 && uid === undefined && extra.size === 0) return undefined;
    throw new ApiError(400, 'BadRequest', 'requested groups, uid or extra fields without impersonating a user');
  }
  if (!groups.includes('system:authenticated') && name !== anonymous.name) groups.push('system:authenticated');
  return {
    name,
    groups,
    ...(uid === undefined ? {} : { uid }),
    ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}
