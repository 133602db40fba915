'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { navigate } from '#features/router/address-bar.ts';
import { Link } from '#features/router/link.tsx';
import { publicApi } from './api.ts';
import { CredentialsPage } from './credentials-page.tsx';
import { InvalidForm } from './form-errors.ts';
import { GeneralError } from './general-error.tsx';
import { homeOf } from './last-organization.ts';
import { PasswordInput } from './password-input.tsx';
import type { SignInFormProps } from './sign-in-form.tsx';
import { useForm, written } from './use-form.ts';

const MINIMUM_PASSWORD = 10;

/** Whether creating the first account requires a code. False until the gateway has responded; it checks the code anyway. */
function useSetupCodeRequired(): boolean {
  const { data } = useQuery({
    queryKey: ['meta'],
    queryFn: ({ signal }) => publicApi.call('getMeta', { signal }),
    staleTime: 0,
  });
  return data?.setupCodeRequired === true;
}

export function SignUpForm({ email: only, onSignedIn }: SignInFormProps) {
  const client = useQueryClient();
  const isCodeWanted = useSetupCodeRequired();
  const { errors, busy, onSubmit } = useForm(['setupCode', 'email', 'password', 'organization'], async (form) => {
    const setupCode = written(form, 'setupCode');
    const email = written(form, 'email');
    const password = String(form.get('password') ?? '');
    const organization = written(form, 'organization');
    InvalidForm.throwIfAny({
      ...(isCodeWanted && setupCode === '' && { setupCode: 'Enter the set-up code' }),
      ...(!/^\S+@\S+$/.test(email) && { email: 'Enter an e-mail address' }),
      ...(password.length < MINIMUM_PASSWORD && { password: `At least ${MINIMUM_PASSWORD} characters` }),
      ...(organization === '' && { organization: 'Name your organization' }),
    });
    const body = { email, password, organization, ...(setupCode !== '' && { setupCode }) };
    const me = await publicApi.call('signUp', { body });
    client.setQueryData(['me'], { user: me.user, organizations: me.organizations });
    if (onSignedIn) onSignedIn();
    else navigate(homeOf(me) ?? '/', { replace: true });
  });

  return (
    <CredentialsPage
      title="Create an account"
      footer={
        only === undefined && (
          <>
            Have an account?{' '}
            <Link className="link" href="/sign-in">
              Sign in
            </Link>
          </>
        )
      }
    >
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        {isCodeWanted && (
          <Field
            label="Set-up code"
            hint="This is the first account here. The terminal that runs npm start shows the code."
            error={errors.fields['setupCode']}
          >
            {(control) => (
              <Input
                {...control}
                name="setupCode"
                autoComplete="off"
                autoCapitalize="characters"
                spellCheck={false}
                maxLength={64}
              />
            )}
          </Field>
        )}
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
        <Field
          label="Password"
          hint={`At least ${MINIMUM_PASSWORD} characters. A few random words make a good password.`}
          error={errors.fields['password']}
        >
          {(control) => <PasswordInput {...control} name="password" autoComplete="new-password" />}
        </Field>
        <Field
          label="Organization"
          hint={
            only === undefined ? 'Your team or company. Clusters belong to it.' : 'Your own, besides the one you join.'
          }
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
