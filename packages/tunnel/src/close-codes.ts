/** Why a tunnel was closed: the WebSocket close codes of docs/protocol.md (a test compares them). */
export const closeCodes = {
  bye: 1000,
  drain: 1001,
  internal: 1011,
  protocol: 4400,
  proof: 4401,
  revoked: 4403,
  slow: 4408,
  replaced: 4409,
  version: 4426,
  limit: 4429,
} as const;

export type CloseName = keyof typeof closeCodes;

/** The name of a close code; `lost` for 1006 and any other code that neither side sent. */
export function closeName(code: number): CloseName | 'lost' {
  for (const name of Object.keys(closeCodes) as CloseName[]) if (closeCodes[name] === code) return name;
  return 'lost';
}
