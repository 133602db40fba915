/** How fresh something on a page is, as shown to people. Instants in milliseconds since 1970. */
export type Freshness =
  | { state: 'loading'; loaded: number; remaining: number | undefined }
  | { state: 'live'; since: number }
  /** Live, but over plain requests, because there is no live connection. `reason`: why, and what to check. */
  | { state: 'fallback'; since: number; reason: string }
  /** Polled, because the server or our own limits do not allow a watch. */
  | { state: 'polled'; at: number; everyMs: number; reason: string }
  /** The gateway's answer is late; it was last heard at `since`. */
  | { state: 'slow'; since: number }
  | { state: 'catching-up'; since: number }
  /** The page has been hidden for a while. */
  | { state: 'paused'; since: number }
  /** No longer updated; true at `since`. `retryAt`: the next attempt, if it is known. */
  | { state: 'stale'; since: number; reason: string; retryAt?: number }
  /** Denied by RBAC. `message` names the missing right. */
  | { state: 'denied'; message: string }
  | { state: 'failed'; message: string; retryAt: number };

const order: readonly Freshness['state'][] = [
  'live',
  'fallback',
  'polled',
  'slow',
  'paused',
  'catching-up',
  'denied',
  'loading',
  'stale',
  'failed',
];

/** The worst freshness of several sources; of several stale ones the oldest, and otherwise the first. */
export function worstOf(all: readonly Freshness[]): Freshness | undefined {
  return all.reduce<Freshness | undefined>(
    (worst, one) => (worst === undefined || isWorse(one, worst) ? one : worst),
    undefined,
  );
}

function isWorse(one: Freshness, than: Freshness): boolean {
  if (one.state === 'stale' && than.state === 'stale') return one.since < than.since;
  return order.indexOf(one.state) > order.indexOf(than.state);
}

/**
 * What to say of a view: its own freshness, or that of what it depends on (first the connection, then the cluster's agent), if
 * that is worse. While one of those is stale, it is the cause, and the view's own errors only follow from it; the time is that
 * of whatever stopped first.
 */
export function shownFreshness(own: Freshness, dependsOn: readonly Freshness[]): Freshness {
  const cause = dependsOn.find(isStale);
  if (cause !== undefined) {
    const since = Math.min(...[...dependsOn, own].filter(isStale).map((one) => one.since));
    return since === cause.since ? cause : { ...cause, since };
  }
  if (own.state === 'denied' || own.state === 'failed') return own;
  return worstOf([own, ...dependsOn]) ?? own;
}

function isStale(freshness: Freshness): freshness is Extract<Freshness, { state: 'stale' }> {
  return freshness.state === 'stale';
}

/** The class that dims what is doubtful. */
export const DIMMED = 'dimmed';

/** Whether what is shown may no longer be true, and is dimmed. */
export function isDoubtful({ state }: Freshness): boolean {
  return state === 'stale' || state === 'paused';
}
