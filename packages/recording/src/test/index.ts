export { read, type Seen } from './seen.ts';
export {
  type Chunk,
  cut,
  openSpdyStreams,
  type Step,
  spdyData,
  type WireProtocol,
  webSocketFrame,
  wireOf,
  wireProtocols,
} from './wire.ts';
