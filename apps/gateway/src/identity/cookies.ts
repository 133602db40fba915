/** With these prefixes browsers refuse such a cookie if another host or plain HTTP tries to set it (RFC 6265bis, 4.1.3). */
export const accessCookie = '__Host-postern_access';
export const refreshCookie = '__Secure-postern_refresh';
export const deviceCookie = '__Secure-postern_device';
export const challengeCookie = '__Secure-postern_challenge';

export const providerCookie = '__Secure-postern_provider';

/** The only path to which the refresh and device cookies are sent. */
const refreshPath = '/api/v1/auth';
const deviceSeconds = 180 * 86_400;

/**
 * The value of a cookie in a `Cookie` header; null if it is missing, longer than any of ours, or occurs twice (one of the two
 * was planted).
 */
export function readCookie(header: string | undefined, name: string): string | null {
  if (header === undefined || header.length > 16_384) return null;
  const found = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  const [only] = found;
  return found.length === 1 && only !== undefined ? only.slice(name.length + 1) : null;
}

/** `Set-Cookie` values that sign a browser in. */
export function signInCookies(session: {
  access: { value: string; seconds: number };
  refresh: { value: string; seconds: number };
}): string[] {
  return [
    cookie(accessCookie, { ...session.access, path: '/' }),
    cookie(refreshCookie, { ...session.refresh, path: refreshPath }),
  ];
}

/** `Set-Cookie` value of the device cookie, which a browser keeps after signing out. */
export function rememberDeviceCookie(value: string): string {
  return cookie(deviceCookie, { value, seconds: deviceSeconds, path: refreshPath });
}

/** `Set-Cookie` value of a sign-in that is under way. */
export function holdChallengeCookie(challenge: { value: string; seconds: number }): string {
  return cookie(challengeCookie, { ...challenge, path: refreshPath });
}

/** `Set-Cookie` value that forgets it. */
export function dropChallengeCookie(): string {
  return cookie(challengeCookie, { value: '', seconds: 0, path: refreshPath });
}

/** `Set-Cookie` value of a sign-in at a provider that is under way. Strict: our own page sends what the provider sent back. */
export function holdProviderCookie(transaction: { value: string; seconds: number }): string {
  return cookie(providerCookie, { ...transaction, path: refreshPath });
}

/** `Set-Cookie` value that forgets it. */
export function dropProviderCookie(): string {
  return cookie(providerCookie, { value: '', seconds: 0, path: refreshPath });
}

/** `Set-Cookie` values that sign a browser out. */
export function signOutCookies(): string[] {
  return [
    cookie(accessCookie, { value: '', seconds: 0, path: '/' }),
    cookie(refreshCookie, { value: '', seconds: 0, path: refreshPath }),
  ];
}

function cookie(name: string, { value, seconds, path }: { value: string; seconds: number; path: string }): string {
  return `${name}=${value}; Path=${path}; Max-Age=${Math.floor(seconds)}; HttpOnly; Secure; SameSite=Strict`;
}
