/**
 * Carries the session's messages: whole, in order, or not at all. Implemented over WebSockets in
 * `@postern/tunnel` and, for tests, in memory in `test/memory-transport.ts`.
 */
export interface MessageTransport {
  /** Sends one message, given in parts, which the caller must not change afterwards. Never throws. */
  send(parts: readonly Uint8Array[]): void;
  /** Bytes that the kernel has not yet accepted. */
  readonly bufferedAmount: number;
  /** Closes after everything sent so far. */
  close(code: number, reason: string): void;
  /** Closes immediately, without telling the peer. */
  terminate(): void;
  /** Called with each message, in the parts in which it arrived. */
  onmessage: ((parts: readonly Uint8Array[]) => void) | undefined;
  /** Called when the queue got shorter: there may be room again. */
  ondrain: (() => void) | undefined;
  /** Called once, however the transport ended. */
  onclose: ((code: number, reason: string) => void) | undefined;
}
