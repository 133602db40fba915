'use client';
import type { Me, SecondFactorNeeded } from '@postern/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { deferred } from '#components/deferred.tsx';
import { href } from '#components/href.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { navigate } from '#features/router/address-bar.ts';
import { Link } from '#features/router/link.tsx';
import { useSearchParams } from '#features/router/use-address.ts';
import { publicApi } from './api.ts';
import { CredentialsPage } from './credentials-page.tsx';
import { InvalidForm } from './form-errors.ts';
import { GeneralError } from './general-error.tsx';
import { homeOf } from './last-organization.ts';
import { safeNext } from './next-path.ts';
import { PasswordInput } from './password-input.tsx';
import { useForm, written } from './use-form.ts';

/** Most accounts have no second step, so its code is loaded when the page is idle. */
const SecondStep = deferred(() => import('./second-step.tsx').then((module) => module.SecondStep));

/** Where a form is part of another page: the only address that it is for, and what follows. */
export interface SignInFormProps {
  email?: string;
  onSignedIn?: () => void;
}

export function SignInForm({ email: only, onSignedIn }: SignInFormProps) {
  const client = useQueryClient();
  const [methods, setMethods] = useState<SecondFactorNeeded['secondFactor']['methods']>();
  const next = safeNext(useSearchParams().get('next'));
  const { errors, busy, onSubmit } = useForm(['email', 'password'], async (form) => {
    const email = written(form, 'email');
    const password = String(form.get('password') ?? '');
    InvalidForm.throwIfAny({
      ...(email === '' && { email: 'Enter your e-mail address' }),
      ...(password === '' && { password: 'Enter your password' }),
    });
    const answer = await publicApi.call('signIn', { body: { email, password } });
    if ('secondFactor' in answer) setMethods(answer.secondFactor.methods);
    else enter(answer);
  });
  const enter = (me: Me): void => {
    client.setQueryData(['me'], { user: me.user, organizations: me.organizations });
    if (onSignedIn) onSignedIn();
    else navigate(next === '/' ? (homeOf(me) ?? '/') : next, { replace: true });
  };
  if (methods !== undefined)
    return <SecondStep methods={methods} onSignedIn={enter} onStartAgain={() => window.location.reload()} />;

  return (
    <CredentialsPage
      title="Sign in"
      footer={
        <>
          {only === undefined && (
            <>
              New here?{' '}
              <Link className="link" href="/sign-up">
                Create an account
              </Link>{' '}
              ·{' '}
            </>
          )}
          <Link className="link" href="/account/forgot-password">
            Forgot your password?
          </Link>
          {only === undefined && (
            <>
              {' '}
              ·{' '}
              <Link
                className="link"
                href={next === '/' ? '/account/organization' : href`/account/organization?next=${next}`}
              >
                Sign in with your organization
              </Link>
            </>
          )}
        </>
      }
    >
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Field label="E-mail" error={errors.fields['email']}>
          {(control) => (
            <Input
              {...control}
              name="email"
              type="email"
              autoComplete="username"
              autoCapitalize="none"
              autoFocus
              defaultValue={only}
              readOnly={only !== undefined}
            />
          )}
        </Field>
        <Field label="Password" error={errors.fields['password']}>
          {(control) => <PasswordInput {...control} name="password" autoComplete="current-password" />}
        </Field>
        <Button type="submit" variant="primary" busy={busy}>
          Sign in
        </Button>
      </form>
    </CredentialsPage>
  );
}
