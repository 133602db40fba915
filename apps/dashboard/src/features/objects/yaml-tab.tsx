'use client';
import { Pencil } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { CopyButton } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { toast } from '#components/ui/toast.tsx';
import { can } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import { get } from '#features/kube/read.ts';
import type { KubeObject } from '#features/kube/sources.ts';
import { DiffView } from './diff-view.tsx';
import { applyEdit, type Review, reviewEdit } from './edit.ts';
import { withoutServerFields } from './merge.ts';
import { YamlEditor } from './yaml-editor.tsx';
import { readYaml, writeYaml } from './yaml-text.ts';

export interface YamlTabProps {
  target: ObjectRef;
  object: KubeObject;
  /** It is no longer there: only to be read. */
  gone: boolean;
}

/** An object as YAML: to read, live; or to edit, with a look at what would change before it does. */
export function YamlTab({ target, object, gone }: YamlTabProps) {
  const { resource } = target;
  const secret = resource.group === '' && resource.resource === 'secrets';
  const [managedFields, setManagedFields] = useState(false);
  const [revealed, setRevealed] = useState(!secret);
  const [base, setBase] = useState<KubeObject>();
  const [draft, setDraft] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [review, setReview] = useState<Exclude<Review, { type: 'unchanged' }>>();
  const editing = base !== undefined;
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
    setProblem(undefined);
  }
  function stop() {
    setBase(undefined);
    setReview(undefined);
    setProblem(undefined);
  }
  async function look(force = false) {
    if (base === undefined || busy) return;
    const read = readYaml(draft);
    if ('error' in read) {
      setProblem(read.error);
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      const answer = await reviewEdit({ target, base, edited: read.object, force });
      if (answer.type === 'unchanged') setProblem('Nothing has been changed yet.');
      else setReview(answer);
    } catch (error) {
      setReview(undefined);
      setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  }
  async function apply() {
    if (review?.type !== 'ready') return;
    setBusy(true);
    try {
      if (await applyEdit(target, review.manifest)) {
        toast({ title: `${target.name} changed`, tone: 'ok' });
        stop();
      } else await lookAgain();
    } catch (error) {
      setReview(undefined);
      setProblem(sentenceOf(error));
    } finally {
      setBusy(false);
    }
  }
  /** It changed between the look and the leap: look again, at the newest. */
  async function lookAgain() {
    const read = readYaml(draft);
    if (base === undefined || 'error' in read) return;
    const answer = await reviewEdit({ target, base, edited: read.object });
    setReview(answer.type === 'unchanged' ? undefined : answer);
  }

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
              <p className="text-muted">The object has changed since; your edit will be laid on top of the newest.</p>
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
      <div className="h-[calc(100dvh-320px)] min-h-80 overflow-hidden rounded-lg border">
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
        title={review?.type === 'conflict' ? 'Somebody else changed the same' : `Change ${target.name}?`}
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
              <Button onClick={() => setReview(undefined)}>Edit further</Button>
              <Button variant="primary" busy={busy} onClick={() => void apply()}>
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

/** Without what changes by itself. */
const forDiff = (object: Record<string, unknown>): string =>
  writeYaml(withoutServerFields(object), { managedFields: false, hideData: false });
