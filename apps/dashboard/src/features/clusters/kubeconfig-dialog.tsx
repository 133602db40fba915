'use client';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import { saveFile } from '#components/save-file.ts';
import { Button } from '#components/ui/button.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import { Time } from '#components/ui/time.tsx';
import { api } from '#features/browser-session/api.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import type { ClusterDialogProps } from './dialog-props.ts';

const modes = [
  { value: 'token', label: 'With a token that expires' },
  { value: 'exec', label: 'With the postern command (no secret in the file)' },
] as const;
const lifetimes = [
  { value: '3600', label: '1 hour' },
  { value: '43200', label: '12 hours' },
  { value: '604800', label: '7 days' },
  { value: '2592000', label: '30 days' },
];

/** Creates a kubeconfig for one cluster to download or copy, and says how to use it. */
export function KubeconfigDialog({ open, onOpenChange, organization, cluster }: ClusterDialogProps) {
  const [mode, setMode] = useState<'token' | 'exec'>('token');
  const [lifetime, setLifetime] = useState('43200');
  const make = useMutation({
    mutationFn: () => {
      const body = { mode, expiresInSeconds: Number(lifetime) };
      return api.call('createKubeconfig', { params: { organization, cluster }, body });
    },
  });
  const { data: made, reset } = make;
  useEffect(() => {
    if (!open) reset();
  }, [open, reset]);

  const file = `${organization}-${cluster}.yaml`;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="lg"
      title={`Kubeconfig for ${cluster}`}
      description="For kubectl and every tool that reads a kubeconfig. It acts with your rights on this cluster, and only on it."
      footer={
        made === undefined ? (
          <>
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            <Button variant="primary" busy={make.isPending} onClick={() => make.mutate()}>
              Create kubeconfig
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => onOpenChange(false)}>Done</Button>
            <Button
              variant="primary"
              icon={<Download aria-hidden />}
              onClick={() => saveFile(file, made.kubeconfig, 'application/yaml')}
            >
              Download
            </Button>
          </>
        )
      }
    >
      <GeneralError>{make.error?.message}</GeneralError>
      {made === undefined ? (
        <div className="flex flex-col gap-4">
          <Field
            label="How kubectl authenticates"
            hint={
              mode === 'token'
                ? 'The file works anywhere. Treat it as a secret until it expires.'
                : 'kubectl asks the postern command for a credential that lasts 15 minutes. The command must be installed and signed in.'
            }
          >
            {(control) => (
              <Select
                {...control}
                options={modes}
                value={mode}
                onChange={(event) => setMode(event.target.value === 'exec' ? 'exec' : 'token')}
              />
            )}
          </Field>
          {mode === 'token' && (
            <Field label="Works for">
              {(control) => (
                <Select
                  {...control}
                  options={lifetimes}
                  value={lifetime}
                  onChange={(event) => setLifetime(event.target.value)}
                />
              )}
            </Field>
          )}
        </div>
      ) : (
        <div className="flex flex-col gap-4">
          <CopyBox text={made.kubeconfig} label="kubeconfig" {...secretIn(made.kubeconfig)} />
          {made.expiresAt !== null && (
            <p className="text-muted">
              The token expires <Time at={made.expiresAt} form="ago" />. It is shown here only; it can be revoked under
              API tokens.
            </p>
          )}
          <div className="flex flex-col gap-1.5">
            <h3 className="font-medium">Next</h3>
            <CopyBox text={`kubectl --kubeconfig ${file} get pods --all-namespaces`} label="first command" />
          </div>
        </div>
      )}
    </Dialog>
  );
}

/** The token in a kubeconfig, to hide it on the screen. */
function secretIn(kubeconfig: string): { secret: string } | Record<string, never> {
  const token = /^\s*token:\s*["']?([^\s"']+)/m.exec(kubeconfig)?.[1];
  return token === undefined ? {} : { secret: token };
}
