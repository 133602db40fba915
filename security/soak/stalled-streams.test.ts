import { expect, it } from 'vitest';
import { measureStalledStreams } from './stalled-streams.ts';

it('bounds the memory of gateway and agent with 200 downloads nobody reads and 200 uploads nobody takes', async () => {
  const measured = await measureStalledStreams();
  console.log(JSON.stringify(measured));
  expect(measured).toMatchObject({ downloads: 200, uploads: 200, isServing: true });
  expect(measured.gatewayPeak).toBeLessThan(measured.gatewayLimit);
  expect(measured.agentPeak).toBeLessThan(measured.agentLimit);
});
