'use client';
import type { Team } from '@postern/contracts';
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

export interface TeamNameDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  organization: string;
  /** The team to rename; undefined to create one. */
  team: Team | undefined;
}

/** Creates or renames a team. */
export function TeamNameDialog({ open, onOpenChange, organization, team }: TeamNameDialogProps) {
  const client = useQueryClient();
  const form = useId();
  const { errors, busy, onSubmit, reset } = useForm(['name', 'slug'], async (data) => {
    const name = written(data, 'name');
    if (name === '') throw new InvalidForm({ name: 'Give it a name' });
    const slug = written(data, 'slug');
    if (team === undefined)
      await api.call('createTeam', { params: { organization }, body: { name, ...(slug !== '' && { slug }) } });
    else await api.call('updateTeam', { params: { organization, team: team.slug }, body: { name } });
    await client.invalidateQueries({ queryKey: ['teams', organization] });
    onOpenChange(false);
  });
  useEffect(() => {
    if (!open) reset();
  }, [open, reset]);

  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={team === undefined ? 'Create a team' : `Rename ${team.name}`}
      description={
        team === undefined
          ? 'Access that a team is given counts for everybody in it.'
          : `Its slug stays ${team.slug}, because rules in clusters may name it.`
      }
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={busy}>
            {team === undefined ? 'Create team' : 'Rename team'}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Field label="Name" error={errors.fields['name']}>
          {(control) => (
            <Input
              {...control}
              name="name"
              autoComplete="off"
              maxLength={100}
              placeholder="Site reliability"
              defaultValue={team?.name}
              autoFocus
            />
          )}
        </Field>
        {team === undefined && (
          <Field
            label="Slug"
            hint="In clusters the team is the group postern:team:<slug>. Made from the name if left empty."
            error={errors.fields['slug']}
          >
            {(control) => <Input {...control} name="slug" autoComplete="off" spellCheck={false} placeholder="sre" />}
          </Field>
        )}
      </form>
    </Dialog>
  );
}
