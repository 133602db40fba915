import { expect, it } from 'vitest';
import { measureStalledStreams } from './stalled-streams.ts';

it('keeps gateway and agent below 256 MiB each with 200 downloads nobody reads and 200 uploads nobody takes', async () => {
  const measured = await measureStalledStreams();
  console.log(JSON.stringify(measured));
  expect(measured).toMatchObject({ downloads: 200, uploads: 200, isServing: true });
  expect(measured.gatewayPeak).toBeLessThan(measured.limit);
  expect(measured.agentPeak).toBeLessThan(measured.limit);
});
