import { useCallback, useState } from 'react';
import { toast } from '#components/ui/toast.tsx';
import { useUnsaved } from '#components/unsaved.ts';
import { drafts } from '#features/drafts/drafts.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { applyEdit, type Edit, type Review, reviewEdit } from './edit.ts';
import { placeRefusals, type Refused, refusedIn } from './field-problems.ts';
import { readManifests, syntaxProblems, type TextProblem } from './manifests.ts';
import { hasMoved, rebased } from './merge.ts';
import { readYaml, writeYaml } from './yaml-text.ts';

interface Session {
  /** The object when editing began. */
  base: Record<string, unknown>;
  text: string;
  /** That object as text. */
  original: string;
  /** Whether it came from a draft whose object has changed since. */
  compare: boolean;
}

export interface UseEditOptions {
  target: ObjectRef;
  object: KubeObject;
  draftKey: string | undefined;
  /** Whether the text must not be stored in the browser. */
  secret: boolean;
  editing: boolean;
  onEditing: (editing: boolean) => void;
}

/** The state of editing one object: its text, kept as a draft, and the review of the changes. */
export function useEdit({ target, object, draftKey, secret, editing, onEditing }: UseEditOptions) {
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<string>();
  const [refused, setRefused] = useState<readonly Refused[]>([]);
  const [busy, setBusy] = useState(false);
  const [forced, setForced] = useState(false);
  const [review, setReview] = useState<Exclude<Review, { type: 'unchanged' }>>();
  const dirty = session !== undefined && session.text !== session.original;
  useUnsaved(dirty ? `Your edit of ${target.name} is interrupted.` : undefined);

  if (editing && session === undefined) setSession(begin(draftKey, object));

  const check = useCallback(
    (text: string): readonly TextProblem[] => {
      const [manifest] = readManifests(text);
      return [...syntaxProblems(text), ...placeRefusals(manifest, refused)];
    },
    [refused],
  );

  /** Shows another text, and keeps it as a draft if it differs from the object. */
  function edit(next: Session) {
    setSession(next);
    if (draftKey === undefined) return;
    if (next.text === next.original) drafts.remove(draftKey);
    else drafts.put(draftKey, { text: next.text, base: next.base }, { secret });
  }
  function end() {
    setSession(undefined);
    setReview(undefined);
    setProblem(undefined);
    setRefused([]);
    onEditing(false);
  }
  /** Moves the changes onto another version of the object. */
  function rebase(theirs: Record<string, unknown>, mine: Record<string, unknown>, prefer: 'mine' | 'theirs') {
    if (session === undefined) return;
    const text = textOf(rebased({ base: session.base, mine, theirs }, prefer) as Record<string, unknown>);
    edit({ base: theirs, text, original: textOf(theirs), compare: false });
    setReview(undefined);
  }
  /** Runs with the current edit; an error is shown above the text, and at the lines that it is about. */
  async function withEdit(force: boolean, run: (edit: Edit) => Promise<void>) {
    if (session === undefined || busy) return;
    const read = readYaml(session.text);
    if ('error' in read) {
      setProblem(read.error);
      return;
    }
    setBusy(true);
    setProblem(undefined);
    setRefused([]);
    try {
      await run({ target, base: session.base, edited: read.object, force });
    } catch (error) {
      setReview(undefined);
      setProblem(sentenceOf(error));
      setRefused(refusedIn(readManifests(session.text)[0], error));
    } finally {
      setBusy(false);
    }
  }
  function show(answer: Review) {
    setReview(answer.type === 'unchanged' ? undefined : answer);
    if (answer.type === 'unchanged') setProblem('Nothing has been changed yet.');
  }
  const look = (force = false) =>
    withEdit(force, async (edit) => {
      show(await reviewEdit(edit));
      setForced(force);
    });
  const apply = (reviewed: Review) =>
    withEdit(forced, async (edit) => {
      const answer = await applyEdit(edit, reviewed);
      if (answer !== 'done') {
        show(answer);
        return;
      }
      toast({ title: `${target.name} changed`, tone: 'ok' });
      if (draftKey !== undefined) drafts.remove(draftKey);
      end();
    });
  const takeTheirs = (live: Record<string, unknown>) =>
    withEdit(false, async ({ edited }) => rebase(live, edited, 'theirs'));

  return {
    session: editing ? session : undefined,
    dirty,
    moved: session !== undefined && hasMoved(session.base, object),
    busy,
    problem,
    check,
    review,
    setText: (text: string) => session && edit({ ...session, text }),
    compare: (compare: boolean) => session && setSession({ ...session, compare }),
    rebase,
    end,
    throwAway: () => {
      if (draftKey !== undefined) drafts.remove(draftKey);
      end();
    },
    look,
    apply,
    takeTheirs,
    closeReview: () => setReview(undefined),
  };
}

const textOf = (object: Record<string, unknown>): string =>
  writeYaml(object, { managedFields: false, hideData: false });

/** Goes on with the draft, if there is one. */
function begin(draftKey: string | undefined, object: KubeObject): Session {
  const draft = draftKey === undefined ? undefined : drafts.get(draftKey);
  const base = draft?.base ?? object;
  const original = textOf(base);
  return { base, original, text: draft?.text ?? original, compare: draft !== undefined && hasMoved(base, object) };
}
