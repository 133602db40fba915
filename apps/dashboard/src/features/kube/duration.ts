const units: Record<string, number> = {
  y: 365 * 86_400_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
};

/**
 * Parses a duration as Kubernetes prints it (`42s`, `3m12s`, `2d4h`, `1y20d`), in milliseconds; undefined if it is invalid.
 * apimachinery, pkg/util/duration.
 */
export function parseDuration(written: string): number | undefined {
  if (!/^(?:\d+[ydhms])+$/.test(written)) return undefined;
  let sum = 0;
  for (const [, digits, unit = ''] of written.matchAll(/(\d+)([ydhms])/g)) sum += Number(digits) * (units[unit] ?? 0);
  return sum;
}
