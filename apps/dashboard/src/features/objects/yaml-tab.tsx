'use client';
import { Pencil } from 'lucide-react';
import { useMemo, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { Button } from '#components/ui/button.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { CopyButton } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { toast } from '#components/ui/toast.tsx';
import { useUnsaved } from '#components/unsaved.ts';
import { can } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { get } from '#features/kube/read.ts';
import { DiffView } from './diff-view.tsx';
import { applyEdit, type Edit, type Review, reviewEdit } from './edit.ts';
import { withoutServerFields } from './merge.ts';
import { YamlEditor } from './yaml-editor.tsx';
import { readYaml, writeYaml } from './yaml-text.ts';

export interface YamlTabProps {
  target: ObjectRef;
  object: KubeObject;
  /** Whether the object was deleted, and can only be read. */
  gone: boolean;
  /** Whether `object` may have changed since. */
  old: boolean;
}

/** An object as YAML: live for reading, or for editing with a review of the changes. */
export function YamlTab({ target, object, gone, old }: YamlTabProps) {
  const { resource } = target;
  const secret = resource.group === '' && resource.resource === 'secrets';
  const [managedFields, setManagedFields] = useState(false);
  const [revealed, setRevealed] = useState(!secret);
  const [base, setBase] = useState<KubeObject>();
  const [draft, setDraft] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [forced, setForced] = useState(false);
  const [review, setReview] = useState<Exclude<Review, { type: 'unchanged' }>>();
  const editing = base !== undefined;
  const written = useMemo(() => base && writeYaml(base, { managedFields: false, hideData: false }), [base]);
  useUnsaved(editing && draft !== written ? `Your edit of ${target.name}` : undefined);
  const shown = useMemo(
    () => writeYaml(object, { managedFields, hideData: !revealed }),
    [object, managedFields, revealed],
  );
  const editable = !gone && can(resource, 'update');
  const movedOn =
    base !== undefined && get(base, 'metadata', 'resourceVersion') !== get(object, 'metadata', 'resourceVersion');

  function edit() {
    setRevealed(true);
    setManagedFields(false);
    setBase(object);
    setDraft(writeYaml(object, { managedFields: false, hideData: false }));
    setReview(undefined);
    setProblem(undefined);
  }
  function stop() {
    setRevealed(!secret);
    setBase(undefined);
    setReview(undefined);
    setProblem(undefined);
  }
  /** Runs with the current edit; an error is shown above the text. */
  async function withEdit(force: boolean, run: (edit: Edit) => Promise<void>) {
    const read = readYaml(draft);
    if (base === undefined || busy) return;
    if ('error' in read) {
      setProblem(read.error);
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await run({ target, base, edited: read.object, force });
    } catch (error) {
      setReview(undefined);
      setProblem(sentenceOf(error));
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
      stop();
    });

  return (
    <div className="flex flex-col gap-3">
      <div className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2">
        {editing ? (
          <>
            <Button variant="primary" busy={busy} onClick={() => void look()}>
              Review changes
            </Button>
            <Button onClick={stop}>Stop editing</Button>
            {movedOn && (
              <p className="text-muted">
                The object has changed since; your edit will be applied to the newest version.
              </p>
            )}
          </>
        ) : (
          <>
            {editable && (
              <Button icon={<Pencil aria-hidden />} onClick={edit}>
                Edit
              </Button>
            )}
            <Checkbox checked={managedFields} onChange={(event) => setManagedFields(event.target.checked)}>
              Managed fields
            </Checkbox>
            {secret && (
              <Checkbox checked={revealed} onChange={(event) => setRevealed(event.target.checked)}>
                Values
              </Checkbox>
            )}
            <span className="ml-auto">
              <CopyButton text={shown} label="YAML" />
            </span>
          </>
        )}
      </div>
      {problem !== undefined && (
        <p role="alert" className="rounded-lg bg-bad-soft px-4 py-2 text-bad [overflow-wrap:anywhere]">
          {problem}
        </p>
      )}
      <div
        className={cn(
          'h-[calc(100dvh-320px)] min-h-80 overflow-hidden rounded-lg border transition-opacity',
          old && !editing && 'dimmed',
        )}
      >
        <YamlEditor
          label={`${resource.kind} ${target.name} as YAML`}
          value={editing ? draft : shown}
          readOnly={!editing}
          onChange={(value) => editing && setDraft(value)}
          onSave={() => void look()}
        />
      </div>
      <Dialog
        open={review !== undefined}
        onOpenChange={(open) => !open && setReview(undefined)}
        size="xl"
        title={review?.type === 'conflict' ? 'Somebody else changed the same fields' : `Change ${target.name}?`}
        description={
          review?.type === 'conflict'
            ? `Since you began, these were changed too: ${review.fields.join(', ')}.`
            : descriptionOf(review)
        }
        footer={
          review?.type === 'conflict' ? (
            <>
              <Button onClick={edit}>Take theirs</Button>
              <Button variant="danger" busy={busy} onClick={() => void look(true)}>
                Keep mine
              </Button>
            </>
          ) : (
            <>
              <Button onClick={() => setReview(undefined)}>Keep editing</Button>
              <Button variant="primary" busy={busy} onClick={() => review !== undefined && void apply(review)}>
                Apply
              </Button>
            </>
          )
        }
      >
        {review !== undefined && (
          <DiffView
            before={forDiff(review.live)}
            after={forDiff(review.type === 'ready' ? review.result : review.manifest)}
          />
        )}
      </Dialog>
    </div>
  );
}

function descriptionOf(review: Review | undefined): string {
  const moved = review?.type === 'ready' && review.moved;
  return `The server has tried it and would take it.${moved ? ' The object has changed since you began; your changes stand on top of the newest.' : ''}`;
}

/** YAML for a diff, without fields that the server changes. */
const forDiff = (object: Record<string, unknown>): string =>
  writeYaml(withoutServerFields(object), { managedFields: false, hideData: false });
