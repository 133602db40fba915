export { FakeClock } from './fake-clock.ts';
export { memoryTunnelPair, testCluster } from './tunnel-pair.ts';
