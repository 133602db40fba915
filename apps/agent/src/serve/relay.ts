import { passResponseHeaders } from '@postern/kube';
import type { IncomingRequest } from '@postern/tunnel';
import type { UpstreamResponse } from '../upstream/exchange.ts';
import { respondStatus } from './status-response.ts';

/** Sends the apiserver's answer into the tunnel, as fast as the tunnel takes it. */
export function relayResponse(incoming: IncomingRequest, response: UpstreamResponse): void {
  const { stream } = incoming;
  const { status, body } = response;
  if (stream.destroyed) return void body.destroy();
  const problem = notRelayed(status);
  if (problem !== undefined) {
    body.destroy();
    respondStatus(incoming, 502, problem);
    return;
  }
  incoming.respond({ status, headers: passResponseHeaders(response.headers) });
  body.pipe(stream);
  body.once('close', () => {
    // `pipe` ends the stream at 'end' alone: an answer that broke off must not look complete.
    if (!body.readableEnded && !stream.destroyed) {
      stream.reset('upstream-failed', 'the Kubernetes API server broke off its answer');
    }
  });
}

/** Answers that are the agent's business and not the caller's. */
function notRelayed(status: number): string | undefined {
  if (status === 401) {
    return "The cluster refused the agent's own credential. Whoever runs the agent must renew it (for a pod: restart it).";
  }
  if (status >= 300 && status < 400 && status !== 304) {
    return `The Kubernetes API server answered with a redirect (${status}), which the agent never follows.`;
  }
  return undefined;
}
