import type { IncomingRequest, Tunnel } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { AgentMetrics } from '../health/metrics.ts';
import type { IdleCollection } from '../memory/idle-collection.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import type { Policy } from './operator-policy.ts';
import { servePlain } from './plain-request.ts';
import { decide } from './policy.ts';
import { respondStatus } from './status-response.ts';
import { serveUpgrade } from './upgrade-request.ts';

/** What serving requests depends on. */
export interface Serving {
  upstream: Upstream;
  policy: Policy;
  metrics: AgentMetrics;
  idle?: IdleCollection;
  logger: Logger;
}

/** Serves the requests of a tunnel until it ends. An error in one request affects no other. */
export function serveTunnel(tunnel: Tunnel, serving: Serving): void {
  tunnel.on('request', (incoming) => void serveRequest(incoming, serving));
}

/** Never rejects, whatever the gateway or the apiserver sends. */
async function serveRequest(incoming: IncomingRequest, serving: Serving): Promise<void> {
  try {
    await serveDecided(incoming, serving);
  } catch (error) {
    try {
      fail(incoming, error, serving);
    } catch (bug) {
      serving.logger.error({ error: bug }, 'a failed request could not be answered, which is a bug');
      incoming.stream.destroy();
    }
  }
}

async function serveDecided(
  incoming: IncomingRequest,
  { upstream, policy, metrics, idle, logger }: Serving,
): Promise<void> {
  const { head, stream } = incoming;
  const decision = decide(head, policy);
  if (decision.refused !== undefined) {
    metrics.refused(head.kind);
    logger.warn({ kind: head.kind, reason: decision.refused }, 'refused a request');
    incoming.reject('refused', decision.refused);
    return;
  }
  const { kind } = decision;
  metrics.opened(kind);
  idle?.opened(kind);
  stream.once('close', () => {
    metrics.closed(kind);
    idle?.closed(kind);
  });
  const status =
    kind === 'http' ? await servePlain(incoming, decision, upstream) : await serveUpgrade(incoming, decision, upstream);
  metrics.answered(kind, status);
}

function fail(incoming: IncomingRequest, error: unknown, { metrics, logger }: Serving): void {
  const { stream } = incoming;
  if (stream.destroyed) return;
  if (!(error instanceof UpstreamError)) {
    metrics.failed('internal');
    logger.error({ error }, 'a request failed for a reason that is a bug');
    stream.reset('internal', 'the agent failed');
    return;
  }
  const { code, message } = error;
  metrics.failed(code);
  logger.info({ code }, message);
  // client-go retries a response with Retry-After.
  if (code === 'busy') respondStatus(incoming, { code: 503, message, headers: [['retry-after', '1']] });
  else respondStatus(incoming, { code: 502, message });
}
