import { href } from '#components/href.ts';

/** Placeholder for our own origin; never requested. */
const here = 'https://here.invalid';
/** Paths that would lead back here, and paths that are not pages but served by the API or clusters. */
const notAPage = /^\/(?:sign-in|sign-up|k8s|api|socket\.io|tunnel)(?:\/|$)/;

/**
 * Where to go after signing in: the `next` of the URL if it is a page of this dashboard, otherwise `/`. The path is checked as
 * normalised by a browser, not as written: `/.//host` and `/x/..//host` normalise to `//host`, which is another origin when
 * navigated to.
 */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/')) return '/';
  const first = resolved(next);
  if (first === undefined || first.pathname.startsWith('//') || first.pathname.includes('\\')) return '/';
  const path = first.pathname + first.search + first.hash;
  // The URL is parsed again on navigation, and must have the same meaning then.
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

/** The URL of the sign-in page that returns to `path` (path, query and fragment). */
export function signInPath(path: string): string {
  const next = safeNext(path);
  return next === '/' ? '/sign-in' : href`/sign-in?next=${next}`;
}
