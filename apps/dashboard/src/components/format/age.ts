const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A duration in milliseconds, in at most two units: `42s`, `5m`, `3h 12m`, `2d 4h`, `45d`, `1y 20d`; `0s` if negative. */
export function formatAge(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < DAY) return two([Math.floor(ms / HOUR), 'h'], [Math.floor((ms % HOUR) / MINUTE), 'm']);
  if (ms < 7 * DAY) return two([Math.floor(ms / DAY), 'd'], [Math.floor((ms % DAY) / HOUR), 'h']);
  if (ms < YEAR) return `${Math.floor(ms / DAY)}d`;
  return two([Math.floor(ms / YEAR), 'y'], [Math.floor((ms % YEAR) / DAY), 'd']);
}

function two(big: [number, string], small: [number, string]): string {
  return small[0] === 0 ? big.join('') : `${big.join('')} ${small.join('')}`;
}

const exact = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});

/** A full date and time, in the user's time zone. */
export function formatInstant(instant: Date): string {
  return Number.isNaN(instant.getTime()) ? '' : exact.format(instant);
}
