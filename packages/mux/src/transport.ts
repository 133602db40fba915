/**
 * What carries the session's messages: whole, in order, or not at all. Implemented over WebSockets in
 * `@postern/tunnel` and, for tests, in memory in `test/memory-transport.ts`.
 */
export interface MessageTransport {
  /** Sends one message, given in parts, which may not be changed by the caller afterwards. Never throws. */
  send(parts: readonly Uint8Array[]): void;
  /** Bytes not yet taken by the kernel. */
  readonly bufferedAmount: number;
  /** Closes after what was sent. */
  close(code: number, reason: string): void;
  /** Closes at once, without a word to the peer. */
  terminate(): void;
  /** One message, in the parts it came in. */
  onmessage: ((parts: readonly Uint8Array[]) => void) | undefined;
  /** The queue got shorter: there may be room again. */
  ondrain: (() => void) | undefined;
  /** Called once, however the transport ended. */
  onclose: ((code: number, reason: string) => void) | undefined;
}
