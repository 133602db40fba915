/** How fresh a view is, as shown to people. Instants in milliseconds since 1970. */
export type Freshness =
  | { state: 'loading'; loaded: number; remaining: number | undefined }
  | { state: 'live'; since: number }
  /** Polled, because the server or our own limits do not allow a watch. */
  | { state: 'polled'; at: number; everyMs: number; reason: string }
  | { state: 'catching-up'; since: number }
  /** The page has been hidden for a while. */
  | { state: 'paused'; since: number }
  | { state: 'stale'; since: number; reason: string; retryAt: number }
  /** Denied by RBAC. `message` names the missing right. */
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

/** Whether what a view shows may be old. */
export function isDoubtful({ state }: Freshness): boolean {
  return state === 'stale' || state === 'paused';
}

/** The worst freshness of several sources. */
export function worstOf(all: readonly Freshness[]): Freshness | undefined {
  return all.reduce<Freshness | undefined>(
    (worst, one) => (worst === undefined || order.indexOf(one.state) > order.indexOf(worst.state) ? one : worst),
    undefined,
  );
}
