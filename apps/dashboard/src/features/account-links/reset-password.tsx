'use client';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { publicApi } from '#features/browser-session/api.ts';
import { CredentialsPage } from '#features/browser-session/credentials-page.tsx';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { PasswordInput } from '#features/browser-session/password-input.tsx';
import { useForm } from '#features/browser-session/use-form.ts';
import { Link } from '#features/router/link.tsx';
import { Finished } from './finished.tsx';
import { linkSecret } from './link-secret.ts';

/** Chooses a new password with the link from an e-mail. */
export function ResetPassword() {
  const [isDone, setIsDone] = useState(false);
  const { errors, busy, onSubmit } = useForm(['password'], async (form) => {
    const password = String(form.get('password') ?? '');
    InvalidForm.throwIfAny({ ...(password.length < 10 && { password: 'At least 10 characters' }) });
    await publicApi.call('resetPassword', { body: { secret: linkSecret(), password } });
    setIsDone(true);
  });
  if (isDone)
    return (
      <Finished title="Your password was changed">
        Every sign-in and API token of your account has ended. Sign in with the new password.
      </Finished>
    );
  return (
    <CredentialsPage
      title="Choose a new password"
      footer={
        <Link className="link" href="/account/forgot-password">
          Send another link
        </Link>
      }
    >
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Field label="New password" error={errors.fields['password']}>
          {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" autoFocus />}
        </Field>
        <Button type="submit" variant="primary" busy={busy}>
          Change password
        </Button>
      </form>
    </CredentialsPage>
  );
}
