/** How far a view may be trusted, as people are told. Instants in milliseconds since 1970. */
export type Freshness =
  | { state: 'loading'; loaded: number; remaining: number | undefined }
  | { state: 'live'; since: number }
  /** Asked again from time to time, because the server or our own limits allow no watch. */
  | { state: 'polled'; at: number; everyMs: number; reason: string }
  | { state: 'catching-up'; since: number }
  /** Nobody looks: the page has been hidden for a while. */
  | { state: 'paused'; since: number }
  | { state: 'stale'; since: number; reason: string; retryAt: number }
  /** RBAC says no. `message` names the missing rule. */
  | { state: 'denied'; message: string }
  | { state: 'failed'; message: string; retryAt: number };

const order: readonly Freshness['state'][] = [
  'live',
  'polled',
  'paused',
  'catching-up',
  'denied',
  'loading',
  'stale',
  'failed',
];

/** Of several sources the least trustworthy speaks for all. */
export function worstOf(all: readonly Freshness[]): Freshness | undefined {
  return all.reduce<Freshness | undefined>(
    (worst, one) => (worst === undefined || order.indexOf(one.state) > order.indexOf(worst.state) ? one : worst),
    undefined,
  );
}
