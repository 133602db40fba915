import { safeNext } from '#features/browser-session/next-path.ts';

const key = 'postern.next';

/** Keeps the page to go to while the person is at the provider, in this tab only. */
export function rememberNext(next: string | null): void {
  const path = safeNext(next);
  if (path === '/') sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, path);
}

/** The page to go to after the provider, once; `/` if there is none. */
export function takeNext(): string {
  const next = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return safeNext(next);
}
