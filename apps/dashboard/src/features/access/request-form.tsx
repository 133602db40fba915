'use client';
import type { AccessRequest, Level } from '@postern/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import { api } from '#features/browser-session/api.ts';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { type UsedForm, useForm, written } from '#features/browser-session/use-form.ts';
import { ClusterField, errorOf, LevelField, NamespacesField, namesIn } from './fields.tsx';

const durations = [
  { value: '1800', label: '30 minutes' },
  { value: '3600', label: '1 hour' },
  { value: '14400', label: '4 hours' },
  { value: '28800', label: '8 hours' },
  { value: '86400', label: '1 day' },
  { value: '604800', label: '7 days' },
];
const fields = ['cluster', 'level', 'namespaces', 'reason'];

/** A form that requests access. @param onDone called with the request once it is made. */
export function useRequestForm(organization: string, onDone: (request: AccessRequest) => void): UsedForm {
  const client = useQueryClient();
  return useForm(fields, async (data) => {
    const reason = written(data, 'reason');
    if (reason === '') throw new InvalidForm({ reason: 'Say what you need it for' });
    const body = {
      cluster: written(data, 'cluster'),
      level: written(data, 'level') as Level,
      namespaces: namesIn(written(data, 'namespaces')),
      reason,
      durationSeconds: Number(written(data, 'duration')),
      ...(data.get('emergency') !== null && { breakGlass: true }),
    };
    const made = await api.call('requestAccess', { params: { organization }, body });
    await client.invalidateQueries({ queryKey: ['access-requests', organization] });
    onDone(made);
  });
}

export interface RequestFormProps {
  id: string;
  form: UsedForm;
  organization: string;
  /** What is filled in, as the gateway's refusal suggested it. */
  suggested: { cluster: string; level: string; namespace: string };
}

export function RequestForm({ id, form: { errors, onSubmit }, organization, suggested }: RequestFormProps) {
  return (
    <form id={id} noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
      <GeneralError>{errors.general}</GeneralError>
      <div className="grid gap-4 sm:grid-cols-2">
        <ClusterField
          organization={organization}
          error={errorOf(errors.fields, 'cluster')}
          defaultValue={suggested.cluster}
        />
        <LevelField error={errorOf(errors.fields, 'level')} defaultValue={suggested.level || 'viewer'} />
      </div>
      <NamespacesField error={errorOf(errors.fields, 'namespaces')} defaultValue={suggested.namespace} />
      <Field label="Reason" hint="Whoever decides reads it." error={errorOf(errors.fields, 'reason')}>
        {(control) => <Input {...control} name="reason" maxLength={500} autoComplete="off" placeholder="INC-1234" />}
      </Field>
      <Field label="For how long" hint="It begins when it is approved, and ends by itself.">
        {(control) => <Select {...control} name="duration" options={durations} defaultValue="3600" />}
      </Field>
      <Checkbox name="emergency">
        Emergency: take it at once, for an hour at most. Only where the organization allows it; whoever approves sees
        it.
      </Checkbox>
    </form>
  );
}
