import { storedKeys, writeStored } from '#components/stored.ts';

/** What the keys of all drafts in this browser begin with. */
export const DRAFTS = 'postern.draft.';
/** When drafts were last forgotten, in milliseconds since 1970. */
export const FORGOTTEN = 'postern.forgotten';

/** Removes the drafts of everybody from this browser. Pages that are open, also in other tabs, store none any more. */
export function forgetDrafts(): void {
  for (const key of storedKeys(DRAFTS)) writeStored(key, null);
  writeStored(FORGOTTEN, String(Date.now()));
}
