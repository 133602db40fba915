const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** A duration in milliseconds for a sentence, in its largest unit: `12 minutes`, `1 hour`; at least `1 second`. */
export function durationWords(milliseconds: number): string {
  const [name, length] = units.find(([, length]) => milliseconds >= length) ?? units[3];
  const count = Math.max(1, Math.floor(milliseconds / length));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
