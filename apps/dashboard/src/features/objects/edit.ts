import { getObject, type ObjectRef, replaceObject } from '#features/kube/kube-actions.ts';
import { KubeError } from '#features/kube/kube-error.ts';
import { record } from '#features/kube/read.ts';
import { changesBetween, conflicts, isEqual, type Path, withChanges, withoutServerFields } from './merge.ts';

export type Review =
  | { type: 'unchanged' }
  /** The server would take it: what is there now, what would be, and the manifest to send. */
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
  /** Take this side also where both changed the same. */
  force?: boolean;
}

/** Controllers write all the time: an object may change between two looks at it, but not for ever. */
const TRIES = 5;

/**
 * Asks the server what would come of an edit, without doing it. Should the object have changed since editing began, the edit
 * is laid on top of the newest, unless both changed the same fields.
 * @throws KubeError what the server refuses, e.g. 422 with the field.
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
 * Does what was reviewed. Should the object have changed since, it is reviewed again, and done if what would come of it is
 * still the same; else the answer is the new review.
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

const writePath = (path: Path): string => path.map((key) => (/^[\w-]+$/.test(key) ? key : `"${key}"`)).join('.');
