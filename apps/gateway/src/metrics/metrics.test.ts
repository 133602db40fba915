import fs, { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { GatewayMetrics } from './metrics.ts';
import { serveMetrics } from './metrics-server.ts';

describe('metrics', () => {
  it('follow each stream from start to end, once', async () => {
    const metrics = new GatewayMetrics({ processMetrics: false });
    const meter = metrics.streamOpened('exec');
    const text = (): Promise<string> => metrics.registry.metrics();
    expect(await text()).toContain('postern_streams_active{kind="exec"} 1');
    meter.end({ code: 'gone', bytesUp: 3, bytesDown: 5 });
    meter.end({ code: 'gone', bytesUp: 3, bytesDown: 5 });
    expect(await text()).toContain('postern_streams_active{kind="exec"} 0');
    expect(await text()).toContain('postern_stream_bytes_total{direction="down",kind="exec"} 5');
    expect(await text()).toContain('postern_stream_errors_total{code="gone"} 1');
    expect(await text()).toContain('postern_stream_duration_seconds_count{kind="exec"} 1');
  });

  it('are served on a separate port, with those of the process', async () => {
    const server = await serveMetrics(new GatewayMetrics(), { host: '127.0.0.1', port: 0 });
    const answer = await fetch(server.url);
    const text = await answer.text();
    expect(text).toContain('nodejs_active_handles');
    for (const name of ['nodejs_heap_size_used_bytes', 'nodejs_eventloop_lag_max_seconds', 'process_cpu_seconds_total'])
      expect(text).toMatch(new RegExp(`^${name} \\S`, 'm'));
    expect(Number(/^process_open_fds (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(5);
    expect((await fetch(new URL('/', server.url))).status).toBe(404);
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(404);
    await server.close();
  });

  it('are documented, each with its type, labels and help text', async () => {
    const document = readFileSync(resolve(import.meta.dirname, '../../../../docs/configuration.md'), 'utf8');
    const rows = document.split('\n').filter((line) => line.startsWith('| `postern_'));
    const metrics = await new GatewayMetrics({ processMetrics: false }).registry.getMetricsAsArray();
    const expected = metrics.map((metric) => {
      const { name, help, type, labelNames } = metric as typeof metric & { labelNames: string[] };
      return `| \`${name}\` | ${[type, ...labelNames.map((label) => `\`${label}\``)].join(', ')} | ${help}`;
    });
    expect(rows).toHaveLength(expected.length);
    // After the help text, a row may refer to another document.
    const missing = expected.filter((row) => !rows.some((other) => other.startsWith(row.replace(/\.$/, ''))));
    expect(missing).toEqual([]);
  });

  it('are collected without listing or grouping all connections', async () => {
    const walks = [vi.spyOn(process, 'getActiveResourcesInfo'), vi.spyOn(fs, 'readdirSync')];
    await new GatewayMetrics().registry.metrics();
    for (const walk of walks) expect(walk).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
