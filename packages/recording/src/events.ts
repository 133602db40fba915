/** What happens in a session, in the order in which it passes the gateway. `data` is valid only during the call. */
export type SessionEvent =
  | { kind: 'output'; data: Uint8Array }
  | { kind: 'error-output'; data: Uint8Array }
  | { kind: 'input'; data: Uint8Array }
  | { kind: 'resize'; columns: number; rows: number }
  /** `code` is null if the cluster gave a reason instead, such as a command that does not exist. */
  | { kind: 'exit'; code: number | null; message: string };

/** The bytes of a session cannot be read: they break the protocol, or exceed what a reader may hold. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}
