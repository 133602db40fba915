export { type AcceptOptions, acceptTunnel, type Hello, type Refusal } from './accept-tunnel.ts';
export { Backoff, type BackoffOptions } from './backoff.ts';
export { type Clock, systemClock } from './clock.ts';
export { type CloseName, closeCodes, closeName } from './close-codes.ts';
export { type DialerOptions, TunnelDialer } from './dialer.ts';
export { HandshakeError } from './handshake-socket.ts';
export {
  type AgentReport,
  type HeaderList,
  type Identity,
  InvalidAnswerError,
  InvalidHeadError,
  type RequestHead,
  type ResponseHead,
} from './heads.ts';
export type { Intervals } from './keepalive.ts';
export { parseUntrusted } from './parse-untrusted.ts';
export { generateAgentKey, subprotocol } from './proof.ts';
export { type IncomingRequest, type OutgoingRequest, Tunnel, type TunnelClose, type TunnelOptions } from './tunnel.ts';
export { WebSocketTransport, webSocketClientOptions, webSocketServerOptions } from './websocket-transport.ts';
