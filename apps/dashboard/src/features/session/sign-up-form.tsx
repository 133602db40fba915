'use client';
import { useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { publicApi } from './api.ts';
import { CredentialsPage } from './credentials-page.tsx';
import { formErrorsOf, noErrors } from './form-errors.ts';
import { GeneralError } from './general-error.tsx';
import { homeOf } from './last-organization.ts';
import { PasswordInput } from './password-input.tsx';

const MINIMUM_PASSWORD = 10;

export function SignUpForm() {
  const router = useRouter();
  const client = useQueryClient();
  const [errors, setErrors] = useState(noErrors);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const email = String(form.get('email') ?? '').trim();
    const password = String(form.get('password') ?? '');
    const organization = String(form.get('organization') ?? '').trim();
    const fields: Record<string, string> = {};
    if (!/^\S+@\S+$/.test(email)) fields['email'] = 'Enter an e-mail address';
    if (password.length < MINIMUM_PASSWORD) fields['password'] = `At least ${MINIMUM_PASSWORD} characters`;
    if (organization === '') fields['organization'] = 'Name your organization';
    if (Object.keys(fields).length > 0) return setErrors({ fields, general: undefined });
    setBusy(true);
    try {
      const me = await publicApi.call('signUp', { body: { email, password, organization } });
      client.setQueryData(['me'], { user: me.user, organizations: me.organizations });
      router.replace(homeOf(me) ?? '/');
    } catch (error) {
      setErrors(formErrorsOf(error, ['email', 'password', 'organization']));
      setBusy(false);
    }
  }

  return (
    <CredentialsPage
      title="Create an account"
      footer={
        <>
          Have an account?{' '}
          <Link className="link" href="/sign-in">
            Sign in
          </Link>
        </>
      }
    >
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Field label="E-mail" error={errors.fields['email']}>
          {(control) => (
            <Input {...control} name="email" type="email" autoComplete="username" autoCapitalize="none" autoFocus />
          )}
        </Field>
        <Field
          label="Password"
          hint={`At least ${MINIMUM_PASSWORD} characters. A few words are better than signs.`}
          error={errors.fields['password']}
        >
          {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" />}
        </Field>
        <Field
          label="Organization"
          hint="Your team or company. Clusters belong to it."
          error={errors.fields['organization']}
        >
          {(control) => <Input {...control} name="organization" autoComplete="organization" maxLength={100} />}
        </Field>
        <Button type="submit" variant="primary" busy={busy}>
          Create account
        </Button>
      </form>
    </CredentialsPage>
  );
}
