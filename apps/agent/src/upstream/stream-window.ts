const KiB = 1024;
const most = 2048 * KiB;
const least = 64 * KiB;
/** What the windows of all streams together are meant to allow, in bytes, as long as none is at its least. */
const budget = 16 * 1024 * KiB;

/**
 * Bytes the apiserver may send on each stream before the tunnel takes them, for a number of open streams. `node:http2` gives
 * the connection's credit back on receipt, so the windows of the streams are all that bounds what stalled answers hold here.
 * A power of two between 64 KiB and 2 MiB, so that it seldom changes.
 */
export function streamWindow(streams: number): number {
  const share = budget / Math.max(1, streams);
  return Math.min(most, Math.max(least, 2 ** Math.floor(Math.log2(share))));
}

/** The next window, given the present one: it shrinks at once, and grows when half of the streams would justify it. */
export function nextWindow(streams: number, present: number): number {
  const wanted = streamWindow(streams);
  if (wanted <= present) return wanted;
  return Math.max(present, streamWindow(streams * 2));
}
