/**
 * Why a stream was reset. The same table is in `docs/protocol.md` (a test compares them).
 * `wire` is the u16 on the tunnel, `httpStatus` the status for an HTTP caller if no response head was sent yet,
 * `sentence` the message for people.
 */
export const resetCodes = {
  cancelled: { wire: 1, httpStatus: 499, sentence: 'The other side stopped the request.' },
  refused: { wire: 2, httpStatus: 403, sentence: 'The request was refused by policy.' },
  'dial-failed': { wire: 3, httpStatus: 502, sentence: 'The agent could not connect to the destination.' },
  'upstream-failed': { wire: 4, httpStatus: 502, sentence: 'The destination closed or broke the connection.' },
  timeout: { wire: 5, httpStatus: 504, sentence: 'The destination did not answer in time.' },
  idle: { wire: 6, httpStatus: 504, sentence: 'The connection was idle for too long.' },
  limit: { wire: 7, httpStatus: 429, sentence: 'Too many streams are open on this tunnel.' },
  'too-large': { wire: 8, httpStatus: 413, sentence: 'The request is larger than allowed.' },
  revoked: { wire: 9, httpStatus: 403, sentence: 'Access was revoked.' },
  gone: { wire: 10, httpStatus: 503, sentence: "The connection to the cluster's agent was lost." },
  'flow-control': { wire: 11, httpStatus: 502, sentence: 'The other side sent more than it was allowed to.' },
  internal: { wire: 12, httpStatus: 500, sentence: 'Something went wrong inside Postern.' },
} as const satisfies Record<string, { wire: number; httpStatus: number; sentence: string }>;

/** The name of a reset code. */
export type ResetCode = keyof typeof resetCodes;

const byWire = new Map<number, ResetCode>();
for (const name of Object.keys(resetCodes) as ResetCode[]) byWire.set(resetCodes[name].wire, name);

/** The code for a u16 from the wire. A number that this version does not know counts as `internal`. */
export function resetCodeOf(wire: number): ResetCode {
  return byWire.get(wire) ?? 'internal';
}

/** Close codes the mux itself uses; `@postern/tunnel` has the full table. */
export const drainCloseCode = 1001;
export const protocolCloseCode = 4400;
export const limitCloseCode = 4429;
