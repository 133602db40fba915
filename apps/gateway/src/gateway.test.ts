import { afterEach, expect, it, vi } from 'vitest';
import { type GatewayBed, startGatewayBed } from './test/gateway-bed.ts';

let bed: GatewayBed | undefined;
afterEach(() => bed?.stop());

it('says 503 while the database is away, tells the truth about it, and recovers', async () => {
  bed = await startGatewayBed();
  const ada = await bed.signUp('ada');
  expect((await bed.ask('GET', '/readyz')).json).toEqual({ status: 'ok' });
  // Connections are cut and no new one is let in, as when the server goes down.
  await bed.database.run(
    "ALTER ROLE postern_app CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postern_app'",
    'postgres',
  );
  await vi.waitFor(async () => expect((await bed?.ask('GET', '/readyz'))?.status).toBe(503));
  const reply = await bed.ask('GET', '/api/v1/organizations/ada/clusters', { token: ada.token });
  expect(reply).toMatchObject({ status: 503, json: { error: { code: 'unavailable' } } });
  expect((await bed.ask('GET', '/healthz')).status).toBe(200);
  expect((await bed.ask('GET', '/k8s/ada/x/api', { token: ada.token })).status).toBe(503);
  await bed.database.run('ALTER ROLE postern_app CONNECTION LIMIT -1', 'postgres');
  await vi.waitFor(async () => expect((await bed?.ask('GET', '/readyz'))?.status).toBe(200));
  expect(bed.log.filter((line) => line.includes('"level":60'))).toEqual([]);
});

it('stops in order, without an error, and once', async () => {
  bed = await startGatewayBed();
  await bed.signUp('ada');
  expect((await fetch(bed.gateway.metricsUrl)).status).toBe(200);
  await Promise.all([bed.gateway.stop(), bed.gateway.stop()]);
  await expect(bed.ask('GET', '/healthz')).rejects.toThrow();
  await expect(fetch(bed.gateway.metricsUrl)).rejects.toThrow();
  expect(bed.log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
});
