import { passResponseHeaders } from '@postern/kube';
import { type IncomingRequest, pump } from '@postern/tunnel';
import { answerLength } from '../upstream/body-length.ts';
import type { UpstreamResponse } from '../upstream/exchange.ts';
import { headersError } from '../upstream/upstream-error.ts';
import { respondStatus } from './status-response.ts';

/**
 * Sends the apiserver's response into the tunnel, as fast as the tunnel accepts it. It ends properly only if the apiserver
 * ended it and its length matches Content-Length.
 */
export function relayResponse(incoming: IncomingRequest, response: UpstreamResponse, method: string): void {
  const { stream } = incoming;
  const { status, body } = response;
  if (stream.destroyed) return void body.destroy();
  const problem = notRelayed(status);
  if (problem !== undefined) {
    body.destroy();
    respondStatus(incoming, { code: 502, message: problem });
    return;
  }
  try {
    incoming.respond({ status, headers: passResponseHeaders(response.headers) });
  } catch (cause) {
    body.destroy();
    throw headersError(cause);
  }
  const length = answerLength({ method, status, headers: response.headers });
  pump(body, stream, {
    isComplete: (bytes) => response.isComplete() && (length === undefined || bytes === length),
    broken: { code: 'upstream-failed', reason: 'the Kubernetes API server broke off its answer' },
  });
}

/** Why a response is not passed on because it concerns the agent, not the caller; otherwise undefined. */
function notRelayed(status: number): string | undefined {
  if (!(status >= 200 && status <= 599)) {
    return `The Kubernetes API server answered with a status that HTTP does not have (${status}).`;
  }
  if (status === 401) {
    return "The cluster refused the agent's own credential. Whoever runs the agent must renew it (for a pod: restart it).";
  }
  if (status >= 300 && status < 400 && status !== 304) {
    return `The Kubernetes API server answered with a redirect (${status}), which the agent never follows.`;
  }
  return undefined;
}
