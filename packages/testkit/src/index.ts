export { selfSigned, type TestCertificate } from './certificate.ts';
export { echo, echoRequest } from './echo.ts';
export { FakeClock, turns } from './fake-clock.ts';
export { useLeakCheck } from './leak-check.ts';
export { type MemoryOptions, MemoryTransport, memoryPair, seededRandom } from './memory-transport.ts';
export {
  memorySessionPair,
  type SessionPair,
  type SessionPairOptions,
  type WebSocketPair,
  webSocketPair,
  webSocketSessionPair,
} from './session-pair.ts';
export {
  listenForTunnels,
  memoryTunnelPair,
  type TestGateway,
  type TunnelPair,
  type TunnelPairOptions,
  testCluster,
  testIdentity,
  webSocketTunnelPair,
} from './tunnel-pair.ts';
export { until } from './until.ts';
