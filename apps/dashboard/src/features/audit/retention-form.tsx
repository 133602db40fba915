'use client';
import { useMutation } from '@tanstack/react-query';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { toast } from '#components/ui/toast.tsx';
import { formErrorsOf, InvalidForm } from '#features/browser-session/form-errors.ts';
import { written } from '#features/browser-session/use-form.ts';

const MOST_DAYS = 3_650;

export interface RetentionFormProps {
  label: string;
  hint: string;
  days: number;
  /** The shortest time that is allowed, in days. */
  least: number;
  mayChange: boolean;
  onSave: (retentionDays: number) => Promise<unknown>;
}

/** For how many days something is kept. */
export function RetentionForm({ label, hint, days, least, mayChange, onSave }: RetentionFormProps) {
  // Not `useForm`, which is for one submission: this can be saved again.
  const saving = useMutation({
    mutationFn: async (data: FormData) => {
      const chosen = Number(written(data, 'retentionDays'));
      if (!Number.isInteger(chosen) || chosen < least || chosen > MOST_DAYS)
        throw new InvalidForm({ retentionDays: `A whole number from ${least} to ${MOST_DAYS}` });
      await onSave(chosen);
      toast({ title: `${label} is saved.`, tone: 'ok' });
    },
  });
  const errors = formErrorsOf(saving.error, ['retentionDays']);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate(new FormData(event.currentTarget));
      }}
    >
      <Field label={`${label}, in days`} hint={hint} error={errors.fields['retentionDays'] ?? errors.general}>
        {(control) => (
          <span className="flex gap-2">
            <Input
              {...control}
              key={days}
              name="retentionDays"
              inputMode="numeric"
              autoComplete="off"
              className="w-28"
              defaultValue={days}
              readOnly={!mayChange}
            />
            {mayChange && (
              <Button type="submit" busy={saving.isPending} aria-label={`Save: ${label}`}>
                Save
              </Button>
            )}
          </span>
        )}
      </Field>
    </form>
  );
}
