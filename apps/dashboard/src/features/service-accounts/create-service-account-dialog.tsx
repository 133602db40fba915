'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useId } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { api } from '#features/browser-session/api.ts';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';

export interface CreateServiceAccountDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  organization: string;
}

export function CreateServiceAccountDialog({ open, onOpenChange, organization }: CreateServiceAccountDialogProps) {
  const client = useQueryClient();
  const form = useId();
  const { errors, busy, onSubmit, reset } = useForm(['name', 'description'], async (data) => {
    const name = written(data, 'name');
    if (name === '') throw new InvalidForm({ name: 'Give it a name' });
    const body = { name, description: written(data, 'description') };
    await api.call('createServiceAccount', { params: { organization }, body });
    await client.invalidateQueries({ queryKey: ['service-accounts', organization] });
    onOpenChange(false);
  });
  useEffect(() => {
    if (!open) reset();
  }, [open, reset]);

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Create a service account"
      description="It reaches no cluster until it is given access."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={busy}>
            Create service account
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Field
          label="Name"
          hint="In clusters it is the user postern:service-account:<name>."
          error={errors.fields['name']}
        >
          {(control) => (
            <Input {...control} name="name" autoComplete="off" spellCheck={false} placeholder="deploy" autoFocus />
          )}
        </Field>
        <Field label="Description" error={errors.fields['description']}>
          {(control) => (
            <Input
              {...control}
              name="description"
              autoComplete="off"
              maxLength={500}
              placeholder="Deploys from the main branch"
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
