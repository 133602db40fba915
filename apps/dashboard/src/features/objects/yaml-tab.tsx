'use client';
import { useMemo, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { Button } from '#components/ui/button.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { CopyButton } from '#components/ui/copy-box.tsx';
import { bindAction, neededBy } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { whyUnstored } from '#features/drafts/drafts.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { useRights } from '#features/rights/use-rights.ts';
import { CompareDialog } from './compare-dialog.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { editYaml } from './object-page-actions.ts';
import { ReviewDialog } from './review-dialog.tsx';
import { UnstoredNote } from './unstored-note.tsx';
import { useEdit } from './use-edit.ts';
import { YamlEditor } from './yaml-editor.tsx';
import { writeYaml } from './yaml-text.ts';

export interface YamlTabProps {
  target: ObjectRef;
  object: KubeObject;
  /** Whether the object was deleted, and can only be read. */
  gone: boolean;
  /** Whether `object` may have changed since. */
  old: boolean;
  draftKey: string | undefined;
  editing: boolean;
  onEditing: (editing: boolean) => void;
}

/** An object as YAML: live for reading, or for editing with a review of the changes. */
export function YamlTab({ target, object, gone, old, draftKey, editing, onEditing }: YamlTabProps) {
  const { resource } = target;
  const secret = resource.group === '' && resource.resource === 'secrets';
  const [managedFields, setManagedFields] = useState(false);
  const [revealed, setRevealed] = useState(!secret);
  const [leaving, setLeaving] = useState(false);
  const edit = useEdit({ target, object, draftKey, secret, editing, onEditing });
  const { session, review } = edit;
  const toEdit = { target, edit: () => onEditing(true) };
  const rights = useRights(neededBy([editYaml], toEdit));
  const shown = useMemo(
    () => writeYaml(object, { managedFields, hideData: !revealed }),
    [object, managedFields, revealed],
  );
  return (
    <div className="flex flex-col gap-3">
      <div className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2">
        {session !== undefined ? (
          <>
            <Button variant="primary" busy={edit.busy} onClick={() => void edit.look()}>
              Review changes
            </Button>
            <Button onClick={() => (edit.dirty ? setLeaving(true) : edit.end())}>Stop editing</Button>
            {edit.moved && (
              <p className="text-muted">
                The object has changed since; your edit will be applied to the newest version.{' '}
                <button type="button" className="link" onClick={() => edit.compare(true)}>
                  Compare
                </button>
              </p>
            )}
          </>
        ) : (
          <>
            {!gone && <ActionButton action={bindAction(editYaml, toEdit, rights)} />}
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
      {edit.problem !== undefined && (
        <p role="alert" className="rounded-lg bg-bad-soft px-4 py-2 text-bad [overflow-wrap:anywhere]">
          {edit.problem}
        </p>
      )}
      {session !== undefined && <UnstoredNote draftKey={draftKey} />}
      <div
        className={cn(
          'h-[calc(100dvh-320px)] min-h-80 overflow-hidden rounded-lg border transition-opacity',
          old && session === undefined && 'dimmed',
        )}
      >
        <YamlEditor
          label={`${resource.kind} ${target.name} as YAML`}
          value={session?.text ?? shown}
          readOnly={session === undefined}
          onChange={(text) => text !== session?.text && edit.setText(text)}
          onSave={() => void edit.look()}
          check={session === undefined ? undefined : edit.check}
        />
      </div>
      {leaving && (
        <LeaveDialog
          name={target.name}
          unstored={draftKey === undefined ? 'refused' : whyUnstored(draftKey)}
          onClose={() => setLeaving(false)}
          onKeep={() => {
            setLeaving(false);
            edit.end();
          }}
          onThrowAway={() => {
            setLeaving(false);
            edit.throwAway();
          }}
        />
      )}
      {session?.compare && (
        <CompareDialog
          name={target.name}
          base={session.base}
          draft={session.text}
          live={object}
          onRebase={(edited, prefer) => edit.rebase(object, edited, prefer)}
          onClose={() => edit.compare(false)}
        />
      )}
      {review !== undefined && (
        <ReviewDialog
          name={target.name}
          review={review}
          busy={edit.busy}
          onClose={edit.closeReview}
          onApply={() => void edit.apply(review)}
          onKeepMine={() => void edit.look(true)}
          onTakeTheirs={() => void edit.takeTheirs(review.live)}
        />
      )}
    </div>
  );
}
