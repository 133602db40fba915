import { expect, it } from 'vitest';
import { measureStalledStreams } from './stalled-streams.ts';

it('bounds the memory of gateway and agent with 100 downloads nobody reads and 100 uploads nobody takes', async () => {
  const measured = await measureStalledStreams(100);
  console.log(JSON.stringify(measured));
  expect(measured).toMatchObject({ downloads: 100, uploads: 100, isServing: true });
  expect(measured.gatewayPeak).toBeLessThan(measured.gatewayLimit);
  expect(measured.agentPeak).toBeLessThan(measured.agentLimit);
});
