import type { EventEmitter } from 'node:events';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { collectProcessMetrics } from './process-metrics.ts';

/** Kinds of streams, used as labels. Never use a tenant's name: it would be confidential, and the number of them unbounded. */
const streamKinds = ['unary', 'watch', 'log', 'proxy', 'exec', 'attach', 'portforward', 'terminal'] as const;
export type StreamKind = (typeof streamKinds)[number];

/** Follows one stream from opening to end. */
export interface StreamMeter {
  /** Call at the end; later calls have no effect. `code` is a reset code or `ok`. */
  end(result: { code: string; bytesUp: number; bytesDown: number }): void;
}

/** The gateway's metrics for Prometheus (docs/configuration.md names the port). One instance per process. */
export class GatewayMetrics {
  readonly registry = new Registry();
  readonly #agents: Gauge;
  readonly #active: Gauge<'kind'>;
  readonly #duration: Histogram<'kind'>;
  readonly #bytes: Counter<'direction' | 'kind'>;
  readonly #errors: Counter<'code'>;
  readonly #roundTrip: Histogram;
  readonly #connected: Histogram;
  readonly #requests: Counter<'path' | 'code'>;
  readonly #refused: Counter<'limit'>;
  readonly #audited: Counter;
  readonly #auditLost: Counter;
  #auditBacklog = (): number => 0;

  /** @param options.processMetrics whether to include heap, CPU, handles and event-loop lag of this process. */
  constructor(options: { processMetrics: boolean } = { processMetrics: true }) {
    const registers = [this.registry];
    if (options.processMetrics) collectProcessMetrics(this.registry);
    this.#agents = new Gauge({ name: 'postern_agents_connected', help: 'Tunnels open now.', registers });
    this.#active = new Gauge({
      name: 'postern_streams_active',
      help: 'Streams open now.',
      labelNames: ['kind'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'postern_stream_duration_seconds',
      help: 'From opening a stream to its end.',
      labelNames: ['kind'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3_600],
      registers,
    });
    this.#bytes = new Counter({
      name: 'postern_stream_bytes_total',
      help: 'Payload bytes of ended streams: up is towards the cluster.',
      labelNames: ['direction', 'kind'],
      registers,
    });
    this.#errors = new Counter({
      name: 'postern_stream_errors_total',
      help: 'Streams that ended with an error, by reset code.',
      labelNames: ['code'],
      registers,
    });
    this.#roundTrip = new Histogram({
      name: 'postern_tunnel_round_trip_seconds',
      help: 'Round trips of tunnels, sampled.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    });
    this.#connected = new Histogram({
      name: 'postern_tunnel_connected_seconds',
      help: 'Lifetime of tunnels that have ended.',
      buckets: [1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800],
      registers,
    });
    this.#requests = new Counter({
      name: 'postern_http_requests_total',
      help: 'Answers of the edge by owner of the path and status.',
      labelNames: ['path', 'code'],
      registers,
    });
    this.#refused = new Counter({
      name: 'postern_limit_refusals_total',
      help: 'What was refused because a limit was reached, by limit.',
      labelNames: ['limit'],
      registers,
    });
    this.#audited = new Counter({
      name: 'postern_audit_events_total',
      help: 'Events written to audit trails.',
      registers,
    });
    this.#auditLost = new Counter({
      name: 'postern_audit_lost_events_total',
      help: 'Events that found no room while nothing could be written.',
      registers,
    });
    const backlog = (): number => this.#auditBacklog();
    new Gauge({
      name: 'postern_audit_backlog',
      help: 'Events that wait to be written.',
      registers,
      collect() {
        this.set(backlog());
      },
    });
    for (const kind of streamKinds) this.#active.set({ kind }, 0);
  }

  streamOpened(kind: StreamKind): StreamMeter {
    const startedAt = performance.now();
    this.#active.inc({ kind });
    let ended = false;
    return {
      end: ({ code, bytesUp, bytesDown }) => {
        if (ended) return;
        ended = true;
        this.#active.dec({ kind });
        this.#duration.observe({ kind }, (performance.now() - startedAt) / 1_000);
        this.#bytes.inc({ direction: 'up', kind }, bytesUp);
        this.#bytes.inc({ direction: 'down', kind }, bytesDown);
        if (code !== 'ok') this.#errors.inc({ code });
      },
    };
  }

  tunnelOpened(): void {
    this.#agents.inc();
  }

  tunnelClosed(livedMs: number): void {
    this.#agents.dec();
    this.#connected.observe(livedMs / 1_000);
  }

  roundTrip(ms: number): void {
    this.#roundTrip.observe(ms / 1_000);
  }

  /** Counts a refusal by a limit (docs/security.md). */
  limitReached(limit: string): void {
    this.#refused.inc({ limit });
  }

  /** Counts what is written to audit trails. */
  followAudit(writer: EventEmitter<{ written: [number]; lost: [number] }> & { readonly backlog: number }): void {
    writer.on('written', (events) => this.#audited.inc(events)).on('lost', (events) => this.#auditLost.inc(events));
    this.#auditBacklog = () => writer.backlog;
  }

  answered(path: string, code: number): void {
    this.#requests.inc({ path, code: String(code) });
  }
}
