const KiB = 1024;
const most = 2048 * KiB;
const least = 64 * KiB;
/** Target for the sum of all windows, in bytes; exceeded once they are at their minimum. */
const budget = 16 * 1024 * KiB;

/**
 * How many bytes the apiserver may send on each stream before the tunnel accepts them, given the number of open streams.
 * `node:http2` returns the connection's credit on receipt, so only the windows of the streams limit what stalled responses hold
 * here. A power of two between 64 KiB and 2 MiB, so that it seldom changes.
 */
export function streamWindow(streams: number): number {
  const share = budget / Math.max(1, streams);
  return Math.min(most, Math.max(least, 2 ** Math.floor(Math.log2(share))));
}

/** The next window, given the current one: it shrinks at once, but grows only to what twice as many streams would justify. */
export function nextWindow(streams: number, present: number): number {
  const wanted = streamWindow(streams);
  if (wanted <= present) return wanted;
  return Math.max(present, streamWindow(streams * 2));
}
