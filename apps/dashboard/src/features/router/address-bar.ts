import { redirected } from './redirects.ts';
import { matchRoute } from './routes.ts';
import { rememberScroll } from './scroll-memory.ts';

/** The path and the query in the browser's address bar. */
export interface Address {
  readonly pathname: string;
  /** With its question mark, or empty. */
  readonly search: string;
}

/** How the current address was reached. */
export interface Move {
  /** `traverse`: with the browser's Back or Forward. */
  readonly kind: 'load' | 'push' | 'replace' | 'traverse';
  /** Identifies the entry of the browser's history. */
  readonly entry: string;
}

/** The entry that was loaded. There is one at most per document, because all others are ours. */
const LOADED = 'loaded';

// Next replaces these methods of `window.history` by its own, to follow; it would only render again what it rendered first.
const pushState: History['pushState'] = (...args) => History.prototype.pushState.apply(window.history, args);
const replaceState: History['replaceState'] = (...args) => History.prototype.replaceState.apply(window.history, args);

const listeners = new Set<() => void>();
let address: Address = { pathname: '', search: '' };
let move: Move = { kind: 'load', entry: LOADED };

/** The current address; the same object until it changes. Only in a browser. */
export function currentAddress(): Address {
  const { pathname, search } = window.location;
  if (address.pathname !== pathname || address.search !== search) address = { pathname, search };
  return address;
}

/** The last move of this page. */
export const lastMove = (): Move => move;

/** Follows the address. @returns a function that ends it. */
export function onAddress(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function arrive(next: Move): void {
  move = next;
  for (const listener of [...listeners]) listener();
}

/** The page at `href` if it is one of this dashboard, after redirects. */
function pageAt(href: string): URL | undefined {
  const url = new URL(href, window.location.href);
  if (url.origin !== window.location.origin) return undefined;
  const target = redirected(url);
  return matchRoute(target.pathname) === undefined ? undefined : target;
}

/**
 * Shows the page at `href` without loading a document.
 * @returns false if there is no such page here, in which case the browser has to load it.
 */
export function moveTo(href: string, { replace = false }: { replace?: boolean } = {}): boolean {
  const target = pageAt(href);
  if (target === undefined) return false;
  rememberScroll(move.entry);
  const entry = crypto.randomUUID();
  // As browsers do, following a link to the current address adds no entry.
  const kind = replace || target.href === window.location.href ? 'replace' : 'push';
  (kind === 'push' ? pushState : replaceState)({ entry }, '', target.href);
  arrive({ kind, entry });
  return true;
}

/** Goes to `href`: a page of this dashboard without loading a document, anything else as a link would. */
export function navigate(href: string, how: { replace?: boolean } = {}): void {
  if (moveTo(href, how)) return;
  if (how.replace === true) window.location.replace(href);
  else window.location.assign(href);
}

/** Sets values of the query ('' removes one) in the same entry of the history. */
export function replaceQuery(values: Readonly<Record<string, string>>): void {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  replaceState(window.history.state, '', url.href);
  arrive(move);
}

function onTraverse(event: PopStateEvent): void {
  // Next would load the page from its server.
  event.stopImmediatePropagation();
  rememberScroll(move.entry);
  const entry = (event.state as { entry?: unknown } | null)?.entry;
  arrive({ kind: 'traverse', entry: typeof entry === 'string' ? entry : LOADED });
}

/** Follows the browser's Back and Forward. @returns a function that ends it. */
export function followHistory(): () => void {
  window.addEventListener('popstate', onTraverse, { capture: true });
  return () => window.removeEventListener('popstate', onTraverse, { capture: true });
}
