import { href } from '#components/href.ts';

/** Stands for our own origin; nothing is ever asked of it. */
const here = 'https://here.invalid';
/** Pages that would lead back to themselves, and what is not a page: API and clusters answer there. */
const notAPage = /^\/(?:sign-in|sign-up|k8s|api|socket\.io|tunnel)(?:\/|$)/;

/**
 * Where to go after signing in: the `next` of the address if it leads to a page of this dashboard, else `/`. What is judged
 * is what a browser makes of it, not what was written: `/.//host` and `/x/..//host` are paths that normalise to `//host`,
 * which is another origin once it is navigated to.
 */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/')) return '/';
  const first = resolved(next);
  if (first === undefined || first.pathname.startsWith('//') || first.pathname.includes('\\')) return '/';
  const path = first.pathname + first.search + first.hash;
  // The address is read again when it is navigated to: it must mean the same then.
  if (resolved(path)?.href !== first.href || notAPage.test(first.pathname)) return '/';
  return path;
}

function resolved(path: string): URL | undefined {
  try {
    const url = new URL(path, here);
    return url.origin === here ? url : undefined;
  } catch {
    return undefined;
  }
}

/** The sign-in page that comes back to `path` (path, query and fragment). */
export function signInPath(path: string): string {
  const next = safeNext(path);
  return next === '/' ? '/sign-in' : href`/sign-in?next=${next}`;
}
