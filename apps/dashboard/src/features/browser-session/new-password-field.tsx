import { Field } from '#components/ui/field.tsx';
import { PasswordInput } from './password-input.tsx';

const minimum = 10;

export const tooShort = `At least ${minimum} characters`;
export const isTooShort = (password: string): boolean => password.length < minimum;

/** The field `password` of a form that makes an account. */
export function NewPasswordField({ error }: { error: string | undefined }) {
  return (
    <Field label="Password" hint={`${tooShort}. A few random words make a good password.`} error={error}>
      {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" />}
    </Field>
  );
}
