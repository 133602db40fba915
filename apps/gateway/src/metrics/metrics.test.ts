import fs from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { GatewayMetrics } from './metrics.ts';
import { serveMetrics } from './metrics-server.ts';

describe('metrics', () => {
  it('follow streams from opening to end, once', async () => {
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

  it('are served on a port of their own, with those of the process', async () => {
    const server = await serveMetrics(new GatewayMetrics(), { host: '127.0.0.1', port: 0 });
    const answer = await fetch(server.url);
    const text = await answer.text();
    for (const name of ['nodejs_heap_size_used_bytes', 'nodejs_eventloop_lag_max_seconds', 'process_cpu_seconds_total'])
      expect(text).toMatch(new RegExp(`^${name} \\S`, 'm'));
    expect(Number(/^process_open_fds (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(5);
    expect((await fetch(new URL('/', server.url))).status).toBe(404);
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(404);
    await server.close();
  });

  it('are told without walking through all connections', async () => {
    const walks = [vi.spyOn(process, 'getActiveResourcesInfo'), vi.spyOn(fs, 'readdirSync')];
    await new GatewayMetrics().registry.metrics();
    for (const walk of walks) expect(walk).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
