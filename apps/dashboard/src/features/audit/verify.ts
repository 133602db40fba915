import type { AuditVerification } from '@postern/contracts';
import { api } from '#features/browser-session/api.ts';

/** What the check of a whole trail found. */
export interface Verified {
  checked: number;
  first: number | null;
  last: number | null;
  broken: AuditVerification['broken'];
}

/**
 * Checks the whole trail of an organization, part after part.
 *
 * @param onProgress called after each part with the number of entries checked so far
 * @throws as `api.call`
 */
export async function verifyTrail(organization: string, onProgress: (checked: number) => void): Promise<Verified> {
  const found: Verified = { checked: 0, first: null, last: null, broken: null };
  let cursor: string | null = null;
  do {
    const part: AuditVerification = await api.call('verifyAudit', {
      params: { organization },
      query: cursor === null ? {} : { cursor },
    });
    found.checked += part.checked;
    found.first ??= part.first;
    found.last = part.last ?? found.last;
    found.broken = part.broken;
    cursor = part.nextCursor;
    onProgress(found.checked);
  } while (cursor !== null);
  return found;
}
