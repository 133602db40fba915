/**
 * Where to go after signing in: the `next` of the address if it is a path of this origin, else `/`. Anything a browser could
 * read as another origin (`//host`, `/\host`, `https:…`, control characters) is refused.
 */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/') || /^\/[/\\]/.test(next)) return '/';
  for (const character of next) if (character < ' ' || character === '\u007f') return '/';
  const url = new URL(next, 'https://here.invalid');
  if (url.origin !== 'https://here.invalid') return '/';
  if (url.pathname === '/sign-in' || url.pathname === '/sign-up') return '/';
  return url.pathname + url.search + url.hash;
}

/** The sign-in page that comes back to `path` (path, query and fragment). */
export function signInPath(path: string): string {
  const next = safeNext(path);
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`;
}
