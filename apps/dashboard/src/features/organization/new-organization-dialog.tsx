'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useId } from 'react';
import { href } from '#components/href.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { api } from '#features/browser-session/api.ts';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';
import { navigate } from '#features/router/address-bar.ts';

export interface NewOrganizationDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Creates an organization with the person as its owner, and goes there. */
export function NewOrganizationDialog({ open, onOpenChange }: NewOrganizationDialogProps) {
  const client = useQueryClient();
  const form = useId();
  const { errors, busy, onSubmit, reset } = useForm(['name'], async (data) => {
    const name = written(data, 'name');
    if (name === '') throw new InvalidForm({ name: 'Give it a name' });
    const { slug } = await api.call('createOrganization', { body: { name } });
    // Pages of an organization are for its members, so it has to be among one's own first.
    client.setQueryData(['me'], await api.call('getMe', {}));
    onOpenChange(false);
    navigate(href`/${slug}`);
  });
  useEffect(() => {
    if (!open) reset();
  }, [open, reset]);

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="New organization"
      description="It has members, clusters and rules of its own. You are its owner."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={busy}>
            Create organization
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Field label="Name" error={errors.fields['name']}>
          {(control) => <Input {...control} name="name" autoComplete="organization" maxLength={100} autoFocus />}
        </Field>
      </form>
    </Dialog>
  );
}
