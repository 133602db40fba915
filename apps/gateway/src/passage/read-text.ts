import { refusal } from '../access/refusal.ts';
import type { ClusterStream } from '../connector/cluster-connector.ts';

/**
 * Reads the body of a cluster's answer.
 * @param options.limit in bytes. @param options.timeoutMs for the whole text; the stream is then reset.
 * @throws Refusal 502 if the text is longer; StreamResetError if it breaks off or does not arrive in time.
 */
export async function readText(
  stream: ClusterStream,
  { limit, timeoutMs }: { limit: number; timeoutMs: number },
): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  const deadline = setTimeout(() => stream.reset('timeout', 'the answer did not come in time'), timeoutMs);
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      size += part.byteLength;
      if (size > limit) throw refusal(502, 'The answer of the cluster is too large.');
      parts.push(part);
    }
    return Buffer.concat(parts).toString('utf8');
  } finally {
    clearTimeout(deadline);
  }
}
