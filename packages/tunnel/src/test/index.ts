export { memoryTunnelPair, testCluster } from './tunnel-pair.ts';
