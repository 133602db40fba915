import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Upstream } from '../upstream/upstream.ts';

type Kind = 'http' | 'upgrade';

/** The agent's Prometheus metrics. No label contains a name from the cluster or of a person. */
export class AgentMetrics {
  readonly registry = new Registry();
  readonly #active: Gauge<'kind'>;
  readonly #requests: Counter<'kind' | 'outcome'>;
  readonly #errors: Counter<'code'>;
  readonly #connects: Counter<'outcome'>;

  constructor(observed: { tunnels: () => number; roundTripMs: () => number | undefined; upstream: Upstream }) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#active = new Gauge({
      name: 'postern_streams_active',
      help: 'Streams being served.',
      labelNames: ['kind'],
      registers,
    });
    for (const kind of ['http', 'upgrade'] satisfies Kind[]) this.#active.set({ kind }, 0);
    this.#requests = new Counter({
      name: 'postern_agent_requests_total',
      help: 'Requests from the tunnel: answered by the API server (its status class), or refused by policy.',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#errors = new Counter({
      name: 'postern_agent_upstream_errors_total',
      help: 'Requests the API server gave no answer to.',
      labelNames: ['code'],
      registers,
    });
    this.#connects = new Counter({
      name: 'postern_agent_connects_total',
      help: 'Attempts to connect to a gateway, by how they ended.',
      labelNames: ['outcome'],
      registers,
    });
    new Gauge({
      name: 'postern_agent_tunnels',
      help: 'Tunnels that are connected.',
      registers,
      collect() {
        this.set(observed.tunnels());
      },
    });
    new Gauge({
      name: 'postern_tunnel_round_trip_seconds',
      help: 'Round trip of the tunnel; absent until measured.',
      registers,
      collect() {
        this.reset();
        const milliseconds = observed.roundTripMs();
        if (milliseconds !== undefined) this.set(milliseconds / 1000);
      },
    });
    new Gauge({
      name: 'postern_agent_upstream_connections',
      help: 'Connections to the API server: in use for HTTP/2, or made ahead.',
      labelNames: ['use'],
      registers,
      collect() {
        const { http2, warm } = observed.upstream.connections;
        this.set({ use: 'http2' }, http2);
        this.set({ use: 'warm' }, warm);
      },
    });
  }

  opened(kind: Kind): void {
    this.#active.inc({ kind });
  }

  closed(kind: Kind): void {
    this.#active.dec({ kind });
  }

  answered(kind: Kind, status: number): void {
    this.#requests.inc({ kind, outcome: `${Math.floor(status / 100)}xx` });
  }

  refused(kind: string): void {
    this.#requests.inc({ kind, outcome: 'refused' });
  }

  failed(code: string): void {
    this.#errors.inc({ code });
  }

  connected(outcome: 'connected' | 'lost' | 'refused'): void {
    this.#connects.inc({ outcome });
  }
}
