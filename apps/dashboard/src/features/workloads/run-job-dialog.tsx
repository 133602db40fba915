'use client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import { objectHref } from '#features/address/kind-href.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { createObject, getObject, type ObjectRef } from '#features/kube/kube-actions.ts';
import { adviceOf } from '#features/kube/kube-error.ts';
import { commandLine, namespaceFlag } from '#features/kube/kubectl-text.ts';
import { navigate } from '#features/router/address-bar.ts';
import { copyOfJob, jobFromCronJob, nameOfRun, problemOfName } from './job-copies.ts';

/** Creates a job: a copy of a job that ran, or one from a cron job, ahead of its time. */
export function RunJobDialog({ target, onClose }: { target: ObjectRef; onClose: () => void }) {
  const { ref, namespace, name, resource } = target;
  const fromCron = resource.resource === 'cronjobs';
  const [written, setWritten] = useState(() => nameOfRun(name, fromCron ? 'manual' : 'rerun', Math.random));
  const problem = problemOfName(written.trim());
  const place = { ref, namespace, resource: knownKinds.jobs };

  const create = useMutation({
    mutationFn: async (newName: string) => {
      const source = await getObject(target);
      return await createObject(place, fromCron ? jobFromCronJob(source, newName) : copyOfJob(source, newName));
    },
    onSuccess: (_, newName) => {
      const show = () => navigate(objectHref(ref, knownKinds.jobs, { namespace, name: newName }));
      toast({ title: `Job ${newName} was created`, tone: 'ok', action: { label: 'Show it', run: show } });
      onClose();
    },
  });
  const error = create.error === null ? problem : adviceOf(create.error);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="sm"
      title={fromCron ? `Run ${name} now?` : `Run ${name} again?`}
      description={
        fromCron
          ? 'Creates a job from its template, in addition to those of its schedule.'
          : 'Creates a copy of the job, which starts at once. The first one stays as it is.'
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            type="submit"
            form="run-job-form"
            busy={create.isPending}
            disabled={problem !== undefined}
          >
            {fromCron ? 'Run now' : 'Run again'}
          </Button>
        </>
      }
    >
      <form
        id="run-job-form"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === undefined && !create.isPending) create.mutate(written.trim());
        }}
      >
        <Field label="Name of the new job" error={error}>
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              spellCheck={false}
              value={written}
              onChange={(event) => {
                create.reset();
                setWritten(event.target.value);
              }}
            />
          )}
        </Field>
        <CopyBox text={commandOf(target, { fromCron, newName: written.trim() })} label="kubectl command" />
      </form>
    </Dialog>
  );
}

/** kubectl has a command for cron jobs only; a job is copied through jq. */
function commandOf(
  { namespace, name }: ObjectRef,
  { fromCron, newName }: { fromCron: boolean; newName: string },
): string {
  const place = namespaceFlag(namespace);
  if (fromCron) return commandLine('kubectl', 'create', 'job', newName, `--from=cronjob/${name}`, ...place);
  const filter =
    'del(.metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.ownerReferences, .metadata.labels, .spec.selector, .spec.template.metadata.labels, .status)' +
    ` | .metadata.name = ${JSON.stringify(newName)}`;
  return `${commandLine('kubectl', 'get', 'job', name, ...place, '-o', 'json')} | ${commandLine('jq', filter)} | kubectl create -f -`;
}
