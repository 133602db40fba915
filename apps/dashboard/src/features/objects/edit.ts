import { getObject, type ObjectRef, replaceObject } from '#features/kube/kube-actions.ts';
import { KubeError } from '#features/kube/kube-error.ts';
import { record, text } from '#features/kube/read.ts';
import { changesBetween, conflicts, type Path, withChanges, withoutServerFields } from './merge.ts';

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

/**
 * Asks the server what would come of an edit, without doing it. Should the object have changed since editing began, the edit
 * is laid on top of the newest, unless both changed the same fields.
 * @throws KubeError what the server refuses, e.g. 422 with the field.
 */
export async function reviewEdit({ target, base, edited, force = false }: Edit): Promise<Review> {
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

/** Does it. False: the object has changed since the review, so review again. @throws KubeError */
export async function applyEdit(target: ObjectRef, manifest: Record<string, unknown>): Promise<boolean> {
  try {
    await replaceObject(target, manifest, { dryRun: false });
    return true;
  } catch (error) {
    if (
      error instanceof KubeError &&
      error.status === 409 &&
      text(manifest, 'metadata', 'resourceVersion') !== undefined
    )
      return false;
    throw error;
  }
}

const writePath = (path: Path): string => path.map((key) => (/^[\w-]+$/.test(key) ? key : `"${key}"`)).join('.');
