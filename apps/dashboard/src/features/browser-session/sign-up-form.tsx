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
import { isTooShort, NewPasswordField, tooShort } from './new-password-field.tsx';
import { useForm, written } from './use-form.ts';

/** Whether creating the first account requires a code. False until the gateway has responded; it checks the code anyway. */
function useSetupCodeRequired(): boolean {
  const { data } = useQuery({
    queryKey: ['meta'],
    queryFn: ({ signal }) => publicApi.call('getMeta', { signal }),
    staleTime: 0,
  });
  return data?.setupCodeRequired === true;
}

export function SignUpForm() {
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
      ...(isTooShort(password) && { password: tooShort }),
      ...(organization === '' && { organization: 'Name your organization' }),
    });
    const body = { email, password, organization, ...(setupCode !== '' && { setupCode }) };
    const me = await publicApi.call('signUp', { body });
    client.setQueryData(['me'], { user: me.user, organizations: me.organizations });
    navigate(homeOf(me) ?? '/', { replace: true });
  });

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
            <Input {...control} name="email" type="email" autoComplete="username" autoCapitalize="none" autoFocus />
          )}
        </Field>
        <NewPasswordField error={errors.fields['password']} />
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
