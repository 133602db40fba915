'use client';
import type { CreatedCluster } from '@postern/contracts';
import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { api } from '#features/session/api.ts';
import { formErrorsOf, noErrors } from '#features/session/form-errors.ts';
import { GeneralError } from '#features/session/general-error.tsx';
import { labelsFromText } from './labels.ts';
import { useClusterList } from './use-clusters.ts';

export interface NameClusterFormProps {
  organization: string;
  onMade: (made: CreatedCluster) => void;
}

/** Names a cluster and makes its join token. */
export function NameClusterForm({ organization, onMade }: NameClusterFormProps) {
  const list = useClusterList(organization);
  const [errors, setErrors] = useState(noErrors);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get('name') ?? '').trim();
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
      const message = name === '' ? 'Give it a name' : 'Lower-case letters, digits and hyphens, at most 63';
      return setErrors({ fields: { name: message }, general: undefined });
    }
    let labels: Record<string, string>;
    try {
      labels = labelsFromText(String(form.get('labels') ?? ''));
    } catch (error) {
      return setErrors({ fields: { labels: (error as Error).message }, general: undefined });
    }
    setBusy(true);
    try {
      const made = await api.call('createCluster', { params: { organization }, body: { name, labels } });
      list.put(made.cluster);
      onMade(made);
    } catch (error) {
      setErrors(formErrorsOf(error, ['name', 'labels']));
      setBusy(false);
    }
  }

  return (
    <form noValidate onSubmit={submit} className="flex max-w-110 flex-col gap-4">
      <GeneralError>{errors.general}</GeneralError>
      <Field
        label="Name"
        hint="Stands in addresses and in kubeconfigs, and cannot be changed later."
        error={errors.fields['name']}
      >
        {(control) => (
          <Input
            {...control}
            name="name"
            placeholder="prod-eu"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={63}
            autoFocus
          />
        )}
      </Field>
      <Field label="Labels (optional)" hint="key=value, apart by commas or spaces." error={errors.fields['labels']}>
        {(control) => (
          <Input
            {...control}
            name="labels"
            placeholder="team=payments, region=eu"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
      </Field>
      <div>
        <Button type="submit" variant="primary" busy={busy}>
          Continue
        </Button>
      </div>
    </form>
  );
}
