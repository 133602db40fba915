'use client';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { publicApi } from '#features/browser-session/api.ts';
import { CredentialsPage } from '#features/browser-session/credentials-page.tsx';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';
import { Link } from '#features/router/link.tsx';
import { useSearchParams } from '#features/router/use-address.ts';
import { rememberNext } from './provider-next.ts';

/** Asks for the organization, and goes to its provider. A link with `?organization=` fills it in. */
export function ProviderSignIn() {
  const parameters = useSearchParams();
  const { errors, busy, onSubmit } = useForm(['organization'], async (form) => {
    const organization = written(form, 'organization').toLowerCase();
    InvalidForm.throwIfAny({
      ...(organization === '' && { organization: 'Enter the name in your organization’s URLs' }),
    });
    const { url } = await publicApi.call('startOidc', { body: { organization } });
    rememberNext(parameters.get('next'));
    window.location.assign(url);
  });
  return (
    <CredentialsPage
      title="Sign in with your organization"
      footer={
        <Link className="link" href="/sign-in">
          Sign in with a password
        </Link>
      }
    >
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Field label="Organization" error={errors.fields['organization']}>
          {(control) => (
            <Input
              {...control}
              name="organization"
              autoComplete="organization"
              autoCapitalize="none"
              spellCheck={false}
              placeholder="acme"
              defaultValue={parameters.get('organization') ?? ''}
              autoFocus
            />
          )}
        </Field>
        <Button type="submit" variant="primary" busy={busy}>
          Continue
        </Button>
      </form>
    </CredentialsPage>
  );
}
