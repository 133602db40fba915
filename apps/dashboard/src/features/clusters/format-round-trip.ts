/** Formats milliseconds, with one decimal place below ten. */
export function formatRoundTrip(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
