'use client';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import { type ObjectRef, scaleObject } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import { commandLine, kubectlKind, namespaceFlag } from '#features/kube/kubectl-text.ts';

/** More replicas than this are treated as a typing error. */
const MOST = 10_000;

/** Asks for the number of replicas; the notification afterwards can undo the change. */
export function ScaleDialog({
  target,
  replicas,
  onClose,
}: {
  target: ObjectRef;
  replicas: number;
  onClose: () => void;
}) {
  const { resource, namespace, name } = target;
  const [written, setWritten] = useState(String(replicas));
  const wanted = /^\d{1,5}$/.test(written.trim()) ? Number(written) : undefined;
  const valid = wanted !== undefined && wanted <= MOST;

  const scale = useMutation({
    mutationFn: (count: number) => scaleObject(target, count),
    onSuccess: (_, count) => {
      const undo = () =>
        void scaleObject(target, replicas).catch((reason) =>
          toast({ title: 'Could not undo', description: sentenceOf(reason), tone: 'bad' }),
        );
      toast({
        title: `${name} scaled from ${replicas} to ${count}`,
        tone: 'ok',
        action: { label: 'Undo', run: undo },
      });
      onClose();
    },
  });
  const error = scale.error === null ? undefined : sentenceOf(scale.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (valid && !scale.isPending) scale.mutate(wanted);
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="sm"
      title={`Scale ${name}`}
      description={`${resource.kind} with ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} now.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="scale-form" busy={scale.isPending} disabled={!valid}>
            Scale
          </Button>
        </>
      }
    >
      <form id="scale-form" onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label="Replicas"
          error={error ?? (valid ? undefined : `A whole number from 0 to ${MOST.toLocaleString('en')}.`)}
          {...(wanted === 0 && { hint: 'Nothing will run until it is scaled up again.' })}
        >
          {(control) => (
            <Input
              {...control}
              autoFocus
              inputMode="numeric"
              value={written}
              onChange={(event) => setWritten(event.target.value)}
            />
          )}
        </Field>
        <CopyBox
          text={commandLine(
            'kubectl',
            'scale',
            `${kubectlKind(resource)}/${name}`,
            `--replicas=${wanted ?? replicas}`,
            ...namespaceFlag(namespace),
          )}
          label="kubectl command"
        />
      </form>
    </Dialog>
  );
}
