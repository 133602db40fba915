import { sentenceOf } from '#features/kube/kube-error.ts';
import { text } from '#features/kube/read.ts';
import { applyEdit } from '#features/objects/edit.ts';
import type { Checked } from './check.ts';
import { createObject } from './create-object.ts';

/** How far one of the checked objects is. */
export type Progress =
  | { type: 'running' }
  /** `name`: as the server has it. */
  | { type: 'created' | 'changed'; name: string }
  | { type: 'failed'; message: string };

/** Whether it is one of those to create or change. `accepted`: the changes that somebody agreed to. */
export function isChosen({ outcome }: Checked, accepted: boolean): boolean {
  return outcome.type === 'create' || outcome.type === 'later' || (outcome.type === 'change' && accepted);
}

/**
 * Creates and changes what was checked, one after the other in the order of the text, and goes on after a failure.
 * `onProgress` is called with the position of each.
 */
export async function createAll(
  checked: readonly Checked[],
  accepted: ReadonlySet<number>,
  onProgress: (index: number, progress: Progress) => void,
): Promise<void> {
  for (const [index, one] of checked.entries()) {
    if (!isChosen(one, accepted.has(index))) continue;
    onProgress(index, { type: 'running' });
    onProgress(index, await createOne(one));
  }
}

async function createOne({ name, home, object, outcome }: Checked): Promise<Progress> {
  try {
    if (outcome.type === 'change') {
      const answer = await applyEdit(outcome.edit, outcome.review);
      if (answer === 'done') return { type: 'changed', name };
      return { type: 'failed', message: 'It was changed by somebody else since it was checked. Check again.' };
    }
    if (home === undefined) return { type: 'failed', message: 'It is not known where it goes.' };
    // Nothing is created that the server has not tried before.
    if (outcome.type === 'later') await createObject(home, object, { dryRun: true });
    const created = await createObject(home, object, { dryRun: false });
    return { type: 'created', name: text(created, 'metadata', 'name') ?? name };
  } catch (error) {
    return { type: 'failed', message: sentenceOf(error) };
  }
}
