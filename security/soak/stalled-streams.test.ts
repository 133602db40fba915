import { expect, it } from 'vitest';
import { measureStalledStreams } from './stalled-streams.ts';

it.each([
  { downloads: 100, uploads: 100 },
  { downloads: 200, uploads: 0 },
  { downloads: 0, uploads: 200 },
])('bounds the memory of gateway and agent: %o', async (streams) => {
  const measured = await measureStalledStreams(streams);
  console.log(JSON.stringify(measured));
  expect(measured).toMatchObject({ ...streams, isServing: true });
  expect(measured.gatewayPeak).toBeLessThan(measured.gatewayLimit);
  expect(measured.agentPeak).toBeLessThan(measured.agentLimit);
});
