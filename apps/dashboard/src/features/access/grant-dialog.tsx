'use client';
import type { Level } from '@postern/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useId } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { api } from '#features/browser-session/api.ts';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';
import { ClusterField, errorOf, LevelField, NamespacesField, namesIn } from './fields.tsx';

const lifetimes = [
  { value: '', label: 'Until it is revoked' },
  { value: '3600', label: '1 hour' },
  { value: '28800', label: '8 hours' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
  { value: '2592000', label: '30 days' },
];
const subjects = [
  { value: 'user', label: 'A member, by e-mail address' },
  { value: 'team', label: 'A team' },
  { value: 'serviceAccount', label: 'A service account' },
];
const fields = ['subject', 'user', 'team', 'serviceAccount', 'cluster', 'level', 'namespaces'];

export interface GrantDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  organization: string;
}

/** Gives somebody access to a cluster. */
export function GrantDialog({ open, onOpenChange, organization }: GrantDialogProps) {
  const client = useQueryClient();
  const form = useId();
  const { errors, busy, onSubmit, reset } = useForm(fields, async (data) => {
    const subject = written(data, 'subject');
    if (subject === '') throw new InvalidForm({ subject: 'Say who gets access' });
    const seconds = Number(written(data, 'lifetime'));
    const body = {
      [written(data, 'kind')]: subject,
      cluster: written(data, 'cluster'),
      level: written(data, 'level') as Level,
      namespaces: namesIn(written(data, 'namespaces')),
      reason: written(data, 'reason'),
      ...(seconds > 0 && { expiresInSeconds: seconds }),
    };
    await api.call('grantAccess', { params: { organization }, body });
    await client.invalidateQueries({ queryKey: ['access', organization] });
    onOpenChange(false);
  });
  useEffect(() => {
    if (!open) reset();
  }, [open, reset]);
  const subjectError = ['subject', 'user', 'team', 'serviceAccount'].map((name) => errorOf(errors.fields, name));

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Give access to a cluster"
      description="Owners and admins of the organization reach every cluster anyway."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={busy}>
            Give access
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="For">{(control) => <Select {...control} name="kind" options={subjects} />}</Field>
          <Field label="Who" error={subjectError.find((error) => error !== undefined)}>
            {(control) => (
              <Input {...control} name="subject" placeholder="ada@example.com" autoComplete="off" spellCheck={false} />
            )}
          </Field>
          <ClusterField organization={organization} error={errorOf(errors.fields, 'cluster')} />
          <LevelField error={errorOf(errors.fields, 'level')} />
        </div>
        <NamespacesField error={errorOf(errors.fields, 'namespaces')} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="For how long">{(control) => <Select {...control} name="lifetime" options={lifetimes} />}</Field>
          <Field label="Reason" hint="Shown beside the access.">
            {(control) => <Input {...control} name="reason" maxLength={500} autoComplete="off" />}
          </Field>
        </div>
      </form>
    </Dialog>
  );
}
