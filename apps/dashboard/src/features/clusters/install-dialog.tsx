'use client';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { api } from '#features/browser-session/api.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import type { ClusterDialogProps } from './dialog-props.ts';
import { JoinCommands } from './join-commands.tsx';

/** Creates a new join token on request and shows its commands. */
export function InstallDialog({ open, onOpenChange, organization, cluster }: ClusterDialogProps) {
  const make = useMutation({
    mutationFn: () => api.call('createJoinToken', { params: { organization, cluster } }),
  });
  const { reset } = make;
  useEffect(() => {
    if (!open) reset();
  }, [open, reset]);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Connect ${cluster} again`}
      description="For a new agent of this cluster. The current agent keeps working until a new one joins. Earlier install commands that were not used stop working."
      size="lg"
      footer={
        make.data === undefined ? (
          <>
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            <Button variant="primary" busy={make.isPending} onClick={() => make.mutate()}>
              Create an install command
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => onOpenChange(false)}>
            Done
          </Button>
        )
      }
    >
      <GeneralError>{make.error?.message}</GeneralError>
      {make.data !== undefined && <JoinCommands joining={make.data} />}
    </Dialog>
  );
}
