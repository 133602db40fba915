'use client';
import type { CreatedCluster } from '@postern/contracts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { api } from '#features/browser-session/api.ts';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';
import { labelsFromText } from './labels.ts';
import { useClusterList } from './use-clusters.ts';

export interface NameClusterFormProps {
  organization: string;
  onMade: (made: CreatedCluster) => void;
}

/** Creates a cluster with its join token. */
export function NameClusterForm({ organization, onMade }: NameClusterFormProps) {
  const list = useClusterList(organization);
  const { errors, busy, onSubmit } = useForm(['name', 'labels'], async (form) => {
    const name = written(form, 'name');
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
      const message = name === '' ? 'Give it a name' : 'Lower-case letters, digits and hyphens, at most 63';
      throw new InvalidForm({ name: message });
    }
    const labels = readLabels(written(form, 'labels'));
    const made = await api.call('createCluster', { params: { organization }, body: { name, labels } });
    list.put(made.cluster);
    onMade(made);
  });

  return (
    <form noValidate onSubmit={onSubmit} className="flex max-w-110 flex-col gap-4">
      <GeneralError>{errors.general}</GeneralError>
      <Field
        label="Name"
        hint="Used in addresses and kubeconfigs; it cannot be changed later."
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
      <Field label="Labels (optional)" hint="key=value, separated by commas or spaces." error={errors.fields['labels']}>
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

function readLabels(text: string): Record<string, string> {
  try {
    return labelsFromText(text);
  } catch (error) {
    throw new InvalidForm({ labels: (error as Error).message });
  }
}
