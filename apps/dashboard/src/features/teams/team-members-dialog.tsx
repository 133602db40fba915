'use client';
import type { AccountRef, Team } from '@postern/contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { api } from '#features/browser-session/api.ts';
import { formErrorsOf, InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { written } from '#features/browser-session/use-form.ts';

const kinds = [
  { value: 'user', label: 'A member, by e-mail address' },
  { value: 'serviceAccount', label: 'A service account' },
];

export interface TeamMembersDialogProps {
  /** Undefined if the dialog is closed. */
  team: Team | undefined;
  onClose: () => void;
  organization: string;
}

/** Adds accounts to a team, and takes them out. */
export function TeamMembersDialog({ team, onClose, organization }: TeamMembersDialogProps) {
  const client = useQueryClient();
  const slug = team?.slug ?? '';
  const refresh = () => client.invalidateQueries({ queryKey: ['teams', organization] });
  // Not `useForm`, which is for one submission: the form stays for the next account.
  const adding = useMutation({
    mutationFn: async (form: HTMLFormElement) => {
      const data = new FormData(form);
      const who = written(data, 'who');
      if (who === '') throw new InvalidForm({ who: 'Say who is added' });
      const body = written(data, 'kind') === 'user' ? { user: who } : { serviceAccount: who };
      await api.call('addTeamMember', { params: { organization, team: slug }, body });
      await refresh();
      form.reset();
    },
  });
  const taking = useMutation({
    mutationFn: async ({ id }: AccountRef) => {
      await api.call('removeTeamMember', { params: { organization, team: slug, account: id } });
      await refresh();
    },
  });
  const { reset: resetAdding } = adding;
  const { reset: resetTaking } = taking;
  useEffect(() => {
    if (slug !== '') return;
    resetAdding();
    resetTaking();
  }, [slug, resetAdding, resetTaking]);
  const errors = formErrorsOf(adding.error, ['who', 'user', 'serviceAccount']);

  return (
    <Dialog
      open={team !== undefined}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Members of ${team?.name ?? ''}`}
      description="Whoever is taken out loses the access that the team has within seconds."
      footer={<Button onClick={onClose}>Done</Button>}
    >
      <div className="flex flex-col gap-4">
        <GeneralError>{errors.general ?? taking.error?.message}</GeneralError>
        <ul aria-label="Members of the team" className="flex flex-col gap-1">
          {team?.members.map((account) => (
            <li key={account.id} className="flex items-center gap-2">
              <span className="min-w-0 [overflow-wrap:anywhere]">{account.name}</span>
              {account.kind === 'service-account' && <Badge>Service account</Badge>}
              <Button
                size="sm"
                variant="ghost"
                className="ml-auto"
                aria-label={`Take ${account.name} out`}
                disabled={taking.isPending}
                onClick={() => taking.mutate(account)}
              >
                Take out
              </Button>
            </li>
          ))}
          {team?.members.length === 0 && <li className="text-muted">Nobody yet</li>}
        </ul>
        <form
          noValidate
          className="grid items-start gap-4 border-t pt-4 sm:grid-cols-2"
          onSubmit={(event) => {
            event.preventDefault();
            adding.mutate(event.currentTarget);
          }}
        >
          <Field label="Kind">{(control) => <Select {...control} name="kind" options={kinds} />}</Field>
          <Field label="Who" error={Object.values(errors.fields)[0]}>
            {(control) => (
              <Input {...control} name="who" autoComplete="off" spellCheck={false} placeholder="bob@example.com" />
            )}
          </Field>
          <Button type="submit" variant="primary" busy={adding.isPending} className="sm:col-span-2 sm:justify-self-end">
            Add to team
          </Button>
        </form>
      </div>
    </Dialog>
  );
}
