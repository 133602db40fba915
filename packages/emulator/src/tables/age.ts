const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A duration as kubectl shows it (k8s.io/apimachinery/pkg/util/duration HumanDuration). @param span in milliseconds. */
export function humanDuration(span: number): string {
  if (span < -2 * SECOND) return '<invalid>';
  if (span < 0) return '0s';
  const whole = (unit: number) => Math.floor(span / unit);
  const rest = (unit: number, within: number) => Math.floor((span % within) / unit);
  const pair = (unit: number, name: string, [part, partName]: [number, string]) =>
    rest(part, unit) === 0 ? `${whole(unit)}${name}` : `${whole(unit)}${name}${rest(part, unit)}${partName}`;
  if (span < 2 * MINUTE) return `${whole(SECOND)}s`;
  if (span < 10 * MINUTE) return pair(MINUTE, 'm', [SECOND, 's']);
  if (span < 3 * HOUR) return `${whole(MINUTE)}m`;
  if (span < 8 * HOUR) return pair(HOUR, 'h', [MINUTE, 'm']);
  if (span < 2 * DAY) return `${whole(HOUR)}h`;
  if (span < 8 * DAY) return pair(DAY, 'd', [HOUR, 'h']);
  if (span < 2 * YEAR) return `${whole(DAY)}d`;
  if (span < 8 * YEAR) return pair(YEAR, 'y', [DAY, 'd']);
  return `${whole(YEAR)}y`;
}

/** The time since a moment; `<unknown>` if there is none. */
export function age(time: string | null | undefined, now: number): string {
  const moment = Date.parse(time ?? '');
  return Number.isNaN(moment) ? '<unknown>' : humanDuration(now - moment);
}
