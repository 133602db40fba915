import type { IncomingRequest, Tunnel } from '@postern/tunnel';
import type { Logger } from 'pino';
import type { AgentMetrics } from '../health/metrics.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { servePlain } from './plain-request.ts';
import { decide, type Policy } from './policy.ts';
import { respondStatus } from './status-response.ts';
import { serveUpgrade } from './upgrade-request.ts';

/** What serving needs. */
export interface Serving {
  upstream: Upstream;
  policy: Policy;
  metrics: AgentMetrics;
  logger: Logger;
}

/** Serves what comes through a tunnel, for as long as it lives. One bad request ends itself and nothing else. */
export function serveTunnel(tunnel: Tunnel, serving: Serving): void {
  tunnel.on('request', (incoming) => void serveRequest(incoming, serving));
}

async function serveRequest(incoming: IncomingRequest, serving: Serving): Promise<void> {
  const { upstream, policy, metrics, logger } = serving;
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
  stream.once('close', () => metrics.closed(kind));
  try {
    const status =
      kind === 'http'
        ? await servePlain(incoming, decision, upstream)
        : await serveUpgrade(incoming, decision, upstream);
    metrics.answered(kind, status);
  } catch (error) {
    if (stream.destroyed) return;
    if (error instanceof UpstreamError) {
      metrics.failed(error.code);
      logger.info({ code: error.code }, error.message);
      respondStatus(incoming, 502, error.message);
      return;
    }
    metrics.failed('internal');
    logger.error({ error }, 'a request failed for a reason that is a bug');
    stream.reset('internal', 'the agent failed');
  }
}
