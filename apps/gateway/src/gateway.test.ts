import { afterEach, expect, it, vi } from 'vitest';
import { type GatewayHarness, startGatewayHarness } from './test/gateway-harness.ts';

let harness: GatewayHarness | undefined;
afterEach(() => harness?.stop());

it('responds with 503 while the database is unavailable, and recovers', async () => {
  harness = await startGatewayHarness();
  const ada = await harness.signUp('ada');
  expect((await harness.ask('GET', '/readyz')).json).toEqual({ status: 'ok' });
  // Cuts all connections and refuses new ones, as when the server goes down.
  await harness.database.run(
    "ALTER ROLE postern_app CONNECTION LIMIT 0; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postern_app'",
    'postgres',
  );
  await vi.waitFor(async () => expect((await harness?.ask('GET', '/readyz'))?.status).toBe(503), 10_000);
  const reply = await harness.ask('GET', '/api/v1/organizations/ada/clusters', { token: ada.token });
  expect(reply).toMatchObject({ status: 503, json: { error: { code: 'unavailable' } } });
  expect((await harness.ask('GET', '/healthz')).status).toBe(200);
  expect((await harness.ask('GET', '/k8s/ada/x/api', { token: ada.token })).status).toBe(503);
  await harness.database.run('ALTER ROLE postern_app CONNECTION LIMIT -1', 'postgres');
  await vi.waitFor(async () => expect((await harness?.ask('GET', '/readyz'))?.status).toBe(200), 10_000);
  expect(harness.log.filter((line) => line.includes('"level":60'))).toEqual([]);
});

it('stops without errors, and only once', async () => {
  harness = await startGatewayHarness();
  await harness.signUp('ada');
  expect((await fetch(harness.gateway.metricsUrl)).status).toBe(200);
  await Promise.all([harness.gateway.stop(), harness.gateway.stop()]);
  await expect(harness.ask('GET', '/healthz')).rejects.toThrow();
  await expect(fetch(harness.gateway.metricsUrl)).rejects.toThrow();
  expect(harness.log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
});
