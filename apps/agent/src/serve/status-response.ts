import { failure, type HeaderPairs } from '@postern/kube';
import type { IncomingRequest } from '@postern/tunnel';

/** Answers with a metav1.Status, which kubectl prints as a sentence. Nothing happens when the request is over already. */
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
  // What the client still sends of its request has nowhere to go.
  stream.resume();
}
