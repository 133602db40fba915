import { number, text } from '#features/kube/read.ts';

/** An event about an object, reduced to what a diagnosis needs. */
export interface Happening {
  reason: string;
  message: string;
  /** Empty if it is not about one container. */
  container: string;
  count: number;
  /** RFC 3339. */
  at: string;
}

/** When an event last occurred (RFC 3339); the field depends on who wrote it and how often it occurred. Empty if unknown. */
export function lastSeen(event: unknown): string {
  return (
    text(event, 'series', 'lastObservedTime') ??
    text(event, 'lastTimestamp') ??
    text(event, 'eventTime') ??
    text(event, 'metadata', 'creationTimestamp') ??
    ''
  );
}

/** Reads events, latest first. */
export function readHappenings(events: readonly unknown[]): Happening[] {
  return events
    .map((event) => ({
      reason: text(event, 'reason') ?? '',
      message: text(event, 'message') ?? text(event, 'note') ?? '',
      container: /\{(.+)\}$/.exec(text(event, 'involvedObject', 'fieldPath') ?? '')?.[1] ?? '',
      count: number(event, 'series', 'count') ?? number(event, 'count') ?? 1,
      at: lastSeen(event),
    }))
    .sort((a, b) => b.at.localeCompare(a.at));
}
