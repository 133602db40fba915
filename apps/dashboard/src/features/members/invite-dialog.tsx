'use client';
import type { CreatedInvitation, Role } from '@postern/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { errorOf, namesIn } from '#features/access/fields.tsx';
import { api } from '#features/browser-session/api.ts';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';
import { InvitationLink, wordsOf } from './invitation-link.tsx';
import { roleOptions } from './role-options.ts';

export interface InviteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  organization: string;
  /** The role of whoever invites. */
  own: Role;
}

/** Invites an address, and shows the link once. */
export function InviteDialog({ open, onOpenChange, organization, own }: InviteDialogProps) {
  const client = useQueryClient();
  const form = useId();
  const [made, setMade] = useState<CreatedInvitation>();
  const { errors, busy, onSubmit, reset } = useForm(['email', 'role', 'teams'], async (data) => {
    const email = written(data, 'email');
    if (!/^\S+@\S+$/.test(email)) throw new InvalidForm({ email: 'Enter an e-mail address' });
    const body = { email, role: written(data, 'role') as Role, teams: namesIn(written(data, 'teams')) };
    setMade(await api.call('inviteMember', { params: { organization }, body }));
    await client.invalidateQueries({ queryKey: ['invitations', organization] });
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
      {...(made === undefined
        ? {
            title: 'Invite a member',
            description: 'The link works once, for seven days, for an account with that address.',
          }
        : wordsOf(made))}
      footer={
        made === undefined ? (
          <>
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={busy}>
              Invite
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
          <Field label="E-mail" error={errors.fields['email']}>
            {(control) => (
              <Input
                {...control}
                name="email"
                type="email"
                autoComplete="off"
                placeholder="bob@example.com"
                autoFocus
              />
            )}
          </Field>
          <Field label="Role" error={errors.fields['role']}>
            {(control) => <Select {...control} name="role" options={roleOptions(own)} defaultValue="member" />}
          </Field>
          <Field label="Teams" hint="Slugs, separated by commas. Optional." error={errorOf(errors.fields, 'teams')}>
            {(control) => <Input {...control} name="teams" autoComplete="off" spellCheck={false} placeholder="sre" />}
          </Field>
        </form>
      ) : (
        <InvitationLink made={made} />
      )}
    </Dialog>
  );
}
