import { useCallback, useMemo, useState } from 'react';
import { useUnsaved } from '#components/unsaved.ts';
import type { CreateRequest } from '#features/browser/create-request.ts';
import { drafts, useDraft } from '#features/drafts/drafts.ts';
import { mayHoldSecret } from '#features/drafts/secret-text.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { placeRefusals, type Refused } from '#features/objects/field-problems.ts';
import { readManifests, type TextProblem } from '#features/objects/manifests.ts';
import { useDraftKey } from '#features/objects/use-draft-key.ts';
import { type Checked, checkAll } from './check.ts';
import { createAll, isChosen, type Progress } from './create-all.ts';
import { templateFor } from './templates.ts';

/** More than this is refused, because each takes a few requests, one after the other. */
const MOST_MANIFESTS = 100;
/** Characters. */
const MOST_TEXT = 1024 * 1024;

/** The state of creating objects from a text: the text, kept as a draft, its dry run, and the progress. */
export function useCreate(request: CreateRequest) {
  const { ref, resource } = request;
  const draftKey = useDraftKey(ref);
  const draft = useDraft(draftKey);
  const template = useMemo(() => (resource === undefined ? '' : templateFor(resource)), [resource]);
  const [written, setWritten] = useState<string>();
  const [restored] = useState(draft);
  const text = written ?? draft?.text ?? template;
  const [namespace, setNamespace] = useState(() => namespaceOf(request));
  const [checked, setChecked] = useState<readonly Checked[]>();
  const [refused, setRefused] = useState<readonly (readonly Refused[])[]>([]);
  const [accepted, setAccepted] = useState<ReadonlySet<number>>(new Set());
  const [progress, setProgress] = useState<ReadonlyMap<number, Progress>>(new Map());
  const [busy, setBusy] = useState<'checking' | 'creating'>();
  const [problem, setProblem] = useState<string>();
  const discovery = useDiscovery(ref);
  const untouched = text.trim() === '' || text === template;
  useUnsaved(!untouched && progress.size === 0 ? 'Your writing of new objects is interrupted.' : undefined);

  function reset() {
    setChecked(undefined);
    setProgress(new Map());
    setAccepted(new Set());
    setProblem(undefined);
  }
  function setText(next: string) {
    if (next === text) return;
    setWritten(next);
    reset();
    if (draftKey === undefined) return;
    if (next.trim() === '' || next === template) drafts.remove(draftKey);
    else drafts.put(draftKey, { text: next }, { secret: mayHoldSecret(next) });
  }
  /** Replaces what nobody has written, otherwise adds a document. */
  const add = (more: string) => setText(untouched ? more : `${text.trimEnd()}\n---\n${more}`);

  /** Tries everything on the server. */
  async function check() {
    if (busy !== undefined) return;
    reset();
    setRefused([]);
    // What was checked stays in view when its draft goes.
    setWritten(text);
    const manifests = text.length > MOST_TEXT ? [] : readManifests(text);
    const why =
      refusalOf(text, manifests.length) ??
      (discovery.data ? undefined : 'The kinds of this cluster are still being loaded.');
    if (why !== undefined) {
      setProblem(why);
      return;
    }
    setBusy('checking');
    try {
      const found = await checkAll(manifests, { ref, resources: discovery.data?.resources ?? [], namespace });
      setChecked(found);
      setRefused(found.map(({ outcome }) => (outcome.type === 'error' ? outcome.refused : [])));
    } catch (error) {
      setProblem(sentenceOf(error));
    } finally {
      setBusy(undefined);
    }
  }

  /** Creates what was checked. The draft goes once nothing is left to do. */
  async function create() {
    if (busy !== undefined || checked === undefined) return;
    setBusy('creating');
    const results = new Map<number, Progress>();
    await createAll(checked, accepted, (index, state) => {
      results.set(index, state);
      setProgress(new Map(results));
    });
    setBusy(undefined);
    const open = checked.some(({ outcome }) => outcome.type === 'error');
    const failed = [...results.values()].some(({ type }) => type === 'failed');
    if (!open && !failed && draftKey !== undefined) drafts.remove(draftKey);
  }

  const problems = useCallback(
    (now: string): readonly TextProblem[] =>
      now.length > MOST_TEXT
        ? []
        : readManifests(now).flatMap((manifest, index) => [
            ...manifest.problems,
            ...placeRefusals(manifest, refused[index] ?? []),
          ]),
    [refused],
  );

  return {
    text,
    setText,
    add,
    startOver: () => setText(template),
    restored: written === undefined ? restored : undefined,
    draftKey,
    namespace,
    setNamespace: (next: string) => {
      setNamespace(next);
      reset();
    },
    checked,
    accepted,
    accept: (index: number, yes: boolean) =>
      setAccepted(new Set(yes ? [...accepted, index] : [...accepted].filter((other) => other !== index))),
    chosen: checked?.filter((one, index) => isChosen(one, accepted.has(index))).length ?? 0,
    progress,
    /** Whether everything that was chosen has been tried. */
    finished: progress.size > 0 && busy === undefined,
    busy,
    problem,
    problems,
    check,
    create,
  };
}

function refusalOf(text: string, manifests: number): string | undefined {
  if (text.length > MOST_TEXT) return 'This is more than 1 MiB. Create it in several parts.';
  if (manifests === 0) return 'There is nothing to create yet.';
  return manifests > MOST_MANIFESTS
    ? `These are ${manifests} objects; at most ${MOST_MANIFESTS} can be created at once.`
    : undefined;
}

/** The page's namespace, if it shows a single one. */
function namespaceOf({ namespaces }: CreateRequest): string {
  return namespaces === '' || namespaces.includes(',') ? 'default' : namespaces;
}
