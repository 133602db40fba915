'use client';
import type { CreatedToken } from '@postern/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { errorOf } from '#features/access/fields.tsx';
import { api } from '#features/browser-session/api.ts';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';
import { useMe } from '#features/browser-session/use-me.ts';
import { chosenScopes, ScopesField } from './scopes.tsx';

const lifetimes = [
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
  { value: '2592000', label: '30 days' },
  { value: '7776000', label: '90 days' },
  { value: '31536000', label: '1 year' },
];

export interface CreateTokenDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  organization: string;
  /** The service account that gets the token; default: the person themselves. */
  serviceAccount?: string;
}

/** Creates an API token and shows its secret once. */
export function CreateTokenDialog({ open, onOpenChange, organization, serviceAccount }: CreateTokenDialogProps) {
  const client = useQueryClient();
  const form = useId();
  const own = useMe().data?.organizations.find(({ slug }) => slug === organization)?.role ?? 'member';
  const [made, setMade] = useState<CreatedToken>();
  const { errors, busy, onSubmit, reset } = useForm(['name', 'scopes'], async (data) => {
    const name = written(data, 'name');
    if (name === '') throw new InvalidForm({ name: 'Give it a name' });
    const scopes = chosenScopes(data);
    const body = { name, expiresInSeconds: Number(data.get('lifetime')), ...(scopes && { scopes }) };
    if (serviceAccount === undefined) {
      setMade(await api.call('createToken', { params: { organization }, body }));
      await client.invalidateQueries({ queryKey: ['tokens', organization] });
      return;
    }
    setMade(await api.call('createServiceAccountToken', { params: { organization, serviceAccount }, body }));
    await client.invalidateQueries({ queryKey: ['service-account-tokens', organization, serviceAccount] });
    await client.invalidateQueries({ queryKey: ['service-accounts', organization] });
  });
  useEffect(() => {
    if (open) return;
    setMade(undefined);
    reset();
  }, [open, reset]);

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={made === undefined ? 'Create an API token' : 'Copy the token now'}
      description={
        made === undefined
          ? `It acts ${serviceAccount === undefined ? 'with your rights' : `as ${serviceAccount}`} in this organization.`
          : 'It is not shown again.'
      }
      footer={
        made === undefined ? (
          <>
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={busy}>
              Create token
            </Button>
          </>
        ) : (
          <Button variant="primary" onClick={() => onOpenChange(false)}>
            Done
          </Button>
        )
      }
    >
      {made === undefined ? (
        <form id={form} noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
          <GeneralError>{errors.general}</GeneralError>
          <Field label="Name" hint="What will use it, so you know later what to revoke." error={errors.fields['name']}>
            {(control) => (
              <Input
                {...control}
                name="name"
                placeholder="deploy pipeline"
                autoComplete="off"
                maxLength={100}
                autoFocus
              />
            )}
          </Field>
          <Field label="Works for">
            {(control) => <Select {...control} name="lifetime" options={lifetimes} defaultValue="7776000" />}
          </Field>
          <ScopesField role={serviceAccount === undefined ? own : 'member'} error={errorOf(errors.fields, 'scopes')} />
        </form>
      ) : (
        <CopyBox text={made.secret} secret={made.secret} label="token" />
      )}
    </Dialog>
  );
}
