'use client';
import { type Permission, type Role, rolePermissions } from '@postern/contracts';
import { useState } from 'react';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { Field } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import { InvalidForm } from '#features/browser-session/form-errors.ts';

const choices = [
  { value: 'all', label: 'Everything that the role allows' },
  { value: 'some', label: 'Only what is chosen' },
];

/** Limits a token to some permissions of a role. */
export function ScopesField({ role, error }: { role: Role; error: string | undefined }) {
  const [choice, setChoice] = useState('all');
  return (
    <>
      <Field label="May" error={error}>
        {(control) => (
          <Select
            {...control}
            name="may"
            options={choices}
            value={choice}
            onChange={(event) => setChoice(event.target.value)}
          />
        )}
      </Field>
      {choice === 'some' && (
        <fieldset className="grid max-h-48 gap-x-4 overflow-y-auto sm:grid-cols-2">
          <legend className="sr-only">Scopes</legend>
          {rolePermissions[role].map((permission) => (
            <Checkbox key={permission} name="scopes" value={permission}>
              {permission}
            </Checkbox>
          ))}
        </fieldset>
      )}
    </>
  );
}

/** The scopes chosen in a form; undefined for all of the role's. */
export function chosenScopes(data: FormData): Permission[] | undefined {
  if (data.get('may') !== 'some') return undefined;
  const scopes = data.getAll('scopes') as Permission[];
  if (scopes.length === 0) throw new InvalidForm({ scopes: 'Choose at least one' });
  return scopes;
}

/** What a token may do: the scopes themselves if they are few. */
export function Scopes({ scopes }: { scopes: readonly string[] | null }) {
  if (scopes === null) return <span className="text-faint">what it opens</span>;
  const all = scopes.join(', ');
  return (
    <span className="text-muted [overflow-wrap:anywhere]" title={all}>
      {scopes.length > 3 ? `${scopes.length} permissions` : all}
    </span>
  );
}
