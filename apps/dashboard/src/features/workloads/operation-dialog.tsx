'use client';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { toast } from '#components/ui/toast.tsx';
import type { Tone } from '#components/ui/tone.ts';
import { pluralOf } from '#features/kube/api-resource.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { adviceOf } from '#features/kube/kube-error.ts';
import { applyToEach, type Progress } from './apply-each.ts';
import { type Operation, type OperationId, operations } from './operations.ts';

export interface OperationDialogProps {
  operation: OperationId;
  targets: readonly ObjectRef[];
  onClose: () => void;
}

const looks: Record<Progress['state'], { tone: Tone; words: string }> = {
  waiting: { tone: 'idle', words: 'Waiting' },
  running: { tone: 'info', words: 'Running' },
  done: { tone: 'ok', words: 'Done' },
  failed: { tone: 'bad', words: 'Failed' },
};

/** Asks before a change of one or several objects, and then shows how far each of them is. Failed ones can be tried again. */
export function OperationDialog({ operation: id, targets, onClose }: OperationDialogProps) {
  const operation: Operation = operations[id];
  // After a failure only the failed ones are left to do.
  const [todo, setTodo] = useState(targets);
  const [progress, setProgress] = useState<readonly Progress[]>();
  const [busy, setBusy] = useState(false);
  const [first] = todo;
  if (first === undefined) return null;
  const one = todo.length === 1;
  const what = one ? first.name : `${todo.length} ${pluralOf(first.resource)}`;
  const ended = progress?.filter(({ state }) => state === 'done' || state === 'failed').length ?? 0;
  const failed = busy ? [] : todo.filter((_, index) => progress?.[index]?.state === 'failed');

  async function run(those: readonly ObjectRef[]) {
    setTodo(those);
    setBusy(true);
    const all = await applyToEach(those, operation.run, setProgress);
    setBusy(false);
    if (all.some(({ state }) => state === 'failed')) return;
    toast({
      title: those.length === 1 ? `${those[0]?.name} ${operation.done}` : `Done for all ${those.length}`,
      tone: 'ok',
    });
    onClose();
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="sm"
      title={operation.title(what)}
      description={operation.description}
      footer={
        <>
          <Button onClick={onClose}>{failed.length > 0 ? 'Close' : 'Cancel'}</Button>
          <Button variant="primary" busy={busy} onClick={() => void run(failed.length > 0 ? failed : todo)}>
            {failed.length > 0 ? `Try ${failed.length === 1 ? 'it' : `${failed.length}`} again` : operation.verb}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {progress !== undefined && (
          <p role="status" className="tabular-nums">
            {ended} of {todo.length} {failed.length > 0 && `, ${failed.length} failed`}
          </p>
        )}
        {(progress !== undefined || !one) && (
          <ul aria-label="Objects" className="flex flex-col">
            {todo.map((target, index) => (
              <Line key={`${target.namespace}/${target.name}`} target={target} progress={progress?.[index]} />
            ))}
          </ul>
        )}
        <CopyBox text={todo.map(operation.command).join('\n')} label="kubectl command" />
      </div>
    </Dialog>
  );
}

function Line({ target, progress }: { target: ObjectRef; progress: Progress | undefined }) {
  const look = progress === undefined ? undefined : looks[progress.state];
  return (
    <li className="flex flex-col border-b py-1 last:border-b-0">
      <span className="flex items-baseline gap-3">
        <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
          {target.name} {target.namespace !== '' && <span className="text-muted">{target.namespace}</span>}
        </span>
        {look !== undefined && <StatusDot tone={look.tone}>{look.words}</StatusDot>}
      </span>
      {progress?.state === 'failed' && (
        <span role="alert" className="text-bad [overflow-wrap:anywhere]">
          {adviceOf(progress.error)}
        </span>
      )}
    </li>
  );
}
