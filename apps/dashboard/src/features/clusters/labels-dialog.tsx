'use client';
import { useEffect, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { inputClasses } from '#components/ui/input.tsx';
import { api } from '#features/session/api.ts';
import type { ClusterDialogProps } from './dialog-props.ts';
import { labelsFromText, labelsToText } from './labels.ts';
import { useClusterList } from './use-clusters.ts';

export function LabelsDialog({
  open,
  onOpenChange,
  organization,
  cluster,
  labels,
}: ClusterDialogProps & { labels: Readonly<Record<string, string>> }) {
  const list = useClusterList(organization);
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  // Filled when it opens; a change that comes in while one types must not undo the typing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!open) return;
    setText(labelsToText(labels));
    setError(undefined);
  }, [open]);

  async function save() {
    setBusy(true);
    setError(undefined);
    try {
      const body = { labels: labelsFromText(text) };
      list.put(await api.call('updateCluster', { params: { organization, cluster }, body }));
      onOpenChange(false);
    } catch (reason) {
      setError(reason instanceof Error ? reason.message : String(reason));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Labels of ${cluster}`}
      size="sm"
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="primary" busy={busy} onClick={save}>
            Save
          </Button>
        </>
      }
    >
      <Field label="Labels" hint="One key=value a line. The list of clusters can be filtered by them." error={error}>
        {(control) => (
          <textarea
            {...control}
            rows={5}
            spellCheck={false}
            className={cn(inputClasses, 'h-auto max-sm:h-auto py-2 font-mono')}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
    </Dialog>
  );
}
