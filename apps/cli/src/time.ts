import { usageError } from './cli-error.ts';

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** `3d ago`, `in 12h`: the largest unit that fits, rounded. */
export function relativeTime(instant: string, now: number): string {
  const difference = Date.parse(instant) - now;
  const size = Math.abs(difference);
  const [unit, milliseconds] = units.find(([, length]) => size >= length) ?? ['s', 1_000];
  const count = Math.round(size / milliseconds);
  if (count === 0) return 'now';
  return difference < 0 ? `${count}${unit} ago` : `in ${count}${unit}`;
}

/** `90s`, `15m`, `12h`, `30d` in seconds. @throws {CliError} usage. */
export function parseDuration(text: string): number {
  const [, count, letter] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const milliseconds = units.find(([unit]) => unit === letter)?.[1];
  if (count === undefined || milliseconds === undefined || Number(count) === 0) {
    throw usageError(`"${text}" is not a duration. Write it as 90s, 15m, 12h or 30d.`);
  }
  return (Number(count) * milliseconds) / 1_000;
}
