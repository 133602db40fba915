'use client';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { inputClasses } from '#components/ui/input.tsx';
import { api } from '#features/browser-session/api.ts';
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
  const save = useMutation({
    mutationFn: async () => {
      const body = { labels: labelsFromText(text) };
      list.put(await api.call('updateCluster', { params: { organization, cluster }, body }));
    },
    onSuccess: () => onOpenChange(false),
  });
  const { reset } = save;
  // Set only when the dialog opens: a change that arrives while typing must not overwrite the text.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (!open) return;
    setText(labelsToText(labels));
    reset();
  }, [open]);

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Labels of ${cluster}`}
      size="sm"
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button variant="primary" busy={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
        </>
      }
    >
      <Field
        label="Labels"
        hint="One key=value per line. You can filter the list of clusters by them."
        error={save.error?.message}
      >
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
