import type { ResponseHead } from '@postern/tunnel';
import type { OutgoingRequest } from '../connector/cluster-connector.ts';

/** Waits for the response head; after `timeoutMs` (0: never) the stream is reset, and this rejects with `timeout`. */
export async function headInTime(outgoing: OutgoingRequest, timeoutMs: number): Promise<ResponseHead> {
  if (timeoutMs === 0) return outgoing.response;
  const deadline = setTimeout(
    () => outgoing.stream.reset('timeout', `no answer within ${Math.round(timeoutMs / 1_000)} s`),
    timeoutMs,
  );
  try {
    return await outgoing.response;
  } finally {
    clearTimeout(deadline);
  }
}
