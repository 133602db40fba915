import { randomBytes } from 'node:crypto';
import { until } from '@postern/testkit';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { admin, agentMetrics, gatewayMetrics, type Metrics } from '../harness/admin.ts';
import { makeEchoPod } from '../harness/echo-pod.ts';
import { expectOk, run, start } from '../harness/kubectl.ts';
import { newestClient } from '../harness/matrix.ts';
import { readReady } from '../harness/process.ts';

const harness = inject('harness');
const client = newestClient();
const exec = ['exec', '-i', '-n', 'demo', 'shell', '-c', 'cat', '--'];

/** Must not grow: streams in the tunnel, and what keeps the event loop alive (sockets, timers, requests). */
const watched = ['postern_streams_active', 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

/** Connects and disconnects, each turn in another way: a normal end, a killed client, or a refusal. */
async function connectAndDisconnect(turn: number): Promise<void> {
  switch (turn % 5) {
    case 0:
      await expectOk(client, [...exec, 'true']);
      break;
    case 1: {
      const running = start(client, [...exec, 'cat']);
      running.child.stdin.write('x');
      await running.until((one) => one.output === 'x');
      await running.stop('SIGKILL');
      break;
    }
    case 2: {
      const running = start(client, ['logs', '-f', '-n', 'demo', 'ticker', '--tail=1']);
      await running.until((one) => one.output.includes('tick'));
      await running.stop('SIGKILL');
      break;
    }
    case 3: {
      const running = start(client, ['port-forward', '-n', 'demo', 'pod/echo', ':7']);
      const port = await running.until((one) => /127\.0\.0\.1:(\d+)/.exec(one.output)?.[1]);
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: randomBytes(10) }).catch(
        () => 'not HTTP',
      );
      expect(answer).toBe('not HTTP');
      await running.stop('SIGKILL');
      break;
    }
    default: {
      const { code } = await run(client, ['exec', '-n', 'demo', 'no-such-pod', '--', 'true']);
      expect(code).toBe(1);
    }
  }
}

async function many(times: number): Promise<void> {
  for (let turn = 0; turn < times; turn += 5) {
    await Promise.all(Array.from({ length: 5 }, (_, index) => connectAndDisconnect(turn + index)));
  }
}

describe.skipIf(!harness.product)('after 100 connects and disconnects', () => {
  beforeAll(() => makeEchoPod(admin()));

  it('no stream, socket or timer is left on either side', { timeout: 300_000 }, async () => {
    // Read again, because the port differs after every start.
    const { metricsUrl } = readReady(harness.product?.data ?? '');
    const sides: [string, () => Promise<Metrics>][] = [
      ['gateway', () => gatewayMetrics(metricsUrl)],
      ['agent', agentMetrics],
    ];
    // Connections and caches that are created only once must exist before the count.
    await many(20);
    const idle = async (read: () => Promise<Metrics>): Promise<Metrics> =>
      until(
        async () => {
          const metrics = await read();
          return metrics.get('postern_streams_active') === 0 && metrics;
        },
        { what: 'no active stream', timeoutMs: 30_000 },
      );
    const before = new Map<string, Metrics>();
    for (const [side, read] of sides) before.set(side, await idle(read));

    await many(100);

    for (const [side, read] of sides) {
      const names = watched.filter((name) => before.get(side)?.has(name));
      expect(names).toContain('postern_streams_active');
      expect(names).toContain('nodejs_active_handles_total');
      const counts = (metrics: Metrics | undefined): string =>
        names.map((name) => `${name} ${metrics?.get(name)}`).join(', ');
      let after: Metrics | undefined;
      await until(
        async () => {
          after = await read();
          return names.every((name) => (after?.get(name) ?? 0) <= (before.get(side)?.get(name) ?? 0));
        },
        // The agent closes a spare connection to the API server after 60 s, and checks every 30 s.
        { what: `${side}: as few as before (${counts(before.get(side))})`, timeoutMs: 120_000 },
      ).catch((error: Error) => {
        throw new Error(`${error.message}; now ${counts(after)}`);
      });
    }
  });
});
