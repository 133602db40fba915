import { getObject, type ObjectRef, replaceObject } from '#features/kube/kube-actions.ts';
import { KubeError } from '#features/kube/kube-error.ts';
import { record } from '#features/kube/read.ts';
import { changesBetween, conflicts, isEqual, withChanges, withoutServerFields, writePath } from './merge.ts';

export type Review =
  | { type: 'unchanged' }
  /** The server would accept the edit: the current object, the result, and the manifest to send. */
  | {
      type: 'ready';
      live: Record<string, unknown>;
      result: Record<string, unknown>;
      manifest: Record<string, unknown>;
      moved: boolean;
    }
  /** Somebody else changed the same fields meanwhile. */
  | { type: 'conflict'; fields: readonly string[]; live: Record<string, unknown>; manifest: Record<string, unknown> };

export interface Edit {
  target: ObjectRef;
  /** The object when editing began. */
  base: Record<string, unknown>;
  edited: Record<string, unknown>;
  /** Whether to overwrite changes that others made to the same fields. */
  force?: boolean;
}

/** How often to retry if an object changes between two requests, as controllers write all the time. */
const TRIES = 5;

/**
 * Sends an edit to the server as a dry run. If the object has changed since editing began, the edit is applied to the newest
 * version, unless both changed the same fields.
 * @throws KubeError if the server refuses it, e.g. 422 with the field.
 */
export async function reviewEdit(edit: Edit): Promise<Review> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await reviewOnce(edit);
    } catch (error) {
      if (!isConflict(error) || attempt >= TRIES) throw error;
    }
  }
}

async function reviewOnce({ target, base, edited, force = false }: Edit): Promise<Review> {
  const mine = changesBetween(withoutServerFields(base), withoutServerFields(edited));
  if (mine.length === 0) return { type: 'unchanged' };
  const live = await getObject(target);
  const theirs = changesBetween(withoutServerFields(base), withoutServerFields(live));
  const both = conflicts(mine, theirs);
  const manifest = record(withChanges(live, mine));
  if (both.length > 0 && !force) return { type: 'conflict', fields: both.map(writePath), live, manifest };
  const result = await replaceObject(target, manifest, { dryRun: true });
  return { type: 'ready', live, result, manifest, moved: theirs.length > 0 };
}

/**
 * Applies a reviewed edit. If the object has changed since, it is reviewed again, and applied if the result is still the same;
 * otherwise returns the new review.
 * @throws KubeError
 */
export async function applyEdit(edit: Edit, reviewed: Review): Promise<'done' | Review> {
  let review = reviewed;
  for (let attempt = 1; review.type === 'ready'; attempt++) {
    try {
      await replaceObject(edit.target, review.manifest, { dryRun: false });
      return 'done';
    } catch (error) {
      if (!isConflict(error) || attempt >= TRIES) throw error;
    }
    const next = await reviewEdit(edit);
    if (next.type !== 'ready' || !isEqual(withoutServerFields(next.result), withoutServerFields(review.result)))
      return next;
    review = next;
  }
  return review;
}

const isConflict = (error: unknown): boolean => error instanceof KubeError && error.status === 409;
