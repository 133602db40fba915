import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import type { LargeCluster } from './large-cluster.ts';
import { percentile } from './samples.ts';

const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** Requests to one cluster as the dashboard sends them, with the codings that the measurement wants. */
export class WireClient {
  readonly #session: ClientHttp2Session;
  readonly #base: string;
  readonly #cookie: string;

  constructor(origin: string, options: { base: string; cookie: string; caFile: string }) {
    this.#session = connect(origin, { ca: readFileSync(options.caFile) });
    this.#base = options.base;
    this.#cookie = options.cookie;
  }

  open(path: string, codings: string): ClientHttp2Stream {
    return this.#session.request({
      ':path': this.#base + path,
      accept: table,
      cookie: this.#cookie,
      'accept-encoding': codings,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-dest': 'empty',
    });
  }

  /** Lists 5,000 pods in the dashboard's pages. @returns the bytes of the bodies on the wire, and their codings. */
  async list(codings: string): Promise<{ bytes: number; codings: string[] }> {
    let bytes = 0;
    const used = new Set<string>();
    for (const [from, limit] of [[0, 500], ...[500, 1500, 2500, 3500].map((start) => [start, 1000]), [4500, 500]]) {
      const next = from === 0 ? '' : `&continue=${from}`;
      const stream = this.open(`/api/v1/pods?includeObject=Metadata&limit=${limit}${next}`, codings);
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
      });
      const [headers] = await once(stream, 'response');
      used.add(String(headers['content-encoding'] ?? 'none'));
      await once(stream, 'close');
    }
    return { bytes, codings: [...used] };
  }

  close(): void {
    this.#session.close();
  }
}

interface Delays {
  p50: number;
  p99: number;
}

const ways = { plain: 'identity', compressed: 'gzip' } as const;
type Way = keyof typeof ways;

/**
 * Milliseconds from a change in the cluster to the whole event at the client, of the same events on two watches of one
 * connection, one compressed and one not. Each is served first for half of the events.
 */
export async function watchDelays(
  client: WireClient,
  cluster: LargeCluster,
  events: number,
): Promise<Record<Way, Delays>> {
  const delays: Record<Way, number[]> = { plain: [], compressed: [] };
  for (const order of [
    ['plain', 'compressed'],
    ['compressed', 'plain'],
  ] as const) {
    const watches = [];
    for (const way of order) watches.push({ way, stream: await openWatch(client, way) });
    for (let index = 0; index < events / 2; index++) {
      const began = performance.now();
      const arrived = watches.map(async ({ way, stream }) => {
        // An event fits into one frame. Decompressing here would measure the threads of this process.
        await once(stream, 'data');
        delays[way].push(performance.now() - began);
      });
      cluster.change(index);
      await Promise.all(arrived);
    }
    for (const { stream } of watches) stream.close();
  }
  const figures = (samples: number[]): Delays => ({ p50: percentile(samples, 0.5), p99: percentile(samples, 0.99) });
  return { plain: figures(delays.plain), compressed: figures(delays.compressed) };
}

async function openWatch(client: WireClient, way: Way): Promise<ClientHttp2Stream> {
  const stream = client.open('/api/v1/pods?watch=1&includeObject=Metadata', ways[way]);
  const [headers] = await once(stream, 'response');
  const coding = headers['content-encoding'];
  if (coding !== (way === 'plain' ? undefined : 'gzip')) throw new Error(`the ${way} watch has the coding ${coding}`);
  return stream;
}
