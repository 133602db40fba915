'use client';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { publicApi } from '#features/browser-session/api.ts';
import { CredentialsPage } from '#features/browser-session/credentials-page.tsx';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';
import { Link } from '#features/router/link.tsx';
import { Finished } from './finished.tsx';

/** Asks for a link to choose a new password. */
export function ForgotPassword() {
  const [sentTo, setSentTo] = useState<string>();
  const { errors, busy, onSubmit } = useForm(['email'], async (form) => {
    const email = written(form, 'email');
    InvalidForm.throwIfAny({ ...(email === '' && { email: 'Enter your e-mail address' }) });
    await publicApi.call('requestPasswordReset', { body: { email } });
    setSentTo(email);
  });
  if (sentTo !== undefined)
    return (
      <Finished title="Check your e-mail">
        {`If ${sentTo} has an account, a link to choose a new password is on its way. It works for 30 minutes.`}
      </Finished>
    );
  return (
    <CredentialsPage
      title="Forgot your password?"
      footer={
        <Link className="link" href="/sign-in">
          Back to signing in
        </Link>
      }
    >
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Field label="E-mail" error={errors.fields['email']}>
          {(control) => (
            <Input {...control} name="email" type="email" autoComplete="username" autoCapitalize="none" autoFocus />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={busy}>
          Send a link
        </Button>
      </form>
    </CredentialsPage>
  );
}
