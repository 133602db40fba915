import { failure, type HeaderPairs } from '@postern/kube';
import type { IncomingRequest } from '@postern/tunnel';

/** Responds with a metav1.Status, whose message kubectl prints. Does nothing if the request has already ended. */
export function respondStatus(
  incoming: IncomingRequest,
  { code, message, headers = [] }: { code: number; message: string; headers?: HeaderPairs },
): void {
  const { stream } = incoming;
  if (stream.destroyed) return;
  const body = Buffer.from(JSON.stringify(failure(code, message)));
  incoming.respond({
    status: code,
    headers: [['content-type', 'application/json'], ['content-length', String(body.length)], ...headers],
  });
  stream.end(body);
  // Discards what the client still sends.
  stream.resume();
}
