'use client';
import type { InvitationView } from '@postern/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { href } from '#components/href.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { publicApi } from '#features/browser-session/api.ts';
import { CredentialsPage } from '#features/browser-session/credentials-page.tsx';
import { InvalidForm } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { isTooShort, NewPasswordField, tooShort } from '#features/browser-session/new-password-field.tsx';
import { useForm, written } from '#features/browser-session/use-form.ts';
import { navigate } from '#features/router/address-bar.ts';
import { forgetInvitationSecret } from './invitation-secret.ts';

/** Makes an account for the invited address, which is a member of the inviting organization from then on. */
export function InvitedSignUpForm({ invitation, secret }: { invitation: InvitationView; secret: string }) {
  const client = useQueryClient();
  const { organization, email } = invitation;
  const { errors, busy, onSubmit } = useForm(['name', 'password'], async (form) => {
    const name = written(form, 'name');
    const password = String(form.get('password') ?? '');
    InvalidForm.throwIfAny({ ...(isTooShort(password) && { password: tooShort }) });
    const body = { secret, password, ...(name !== '' && { name }) };
    const me = await publicApi.call('signUpInvited', { body });
    forgetInvitationSecret();
    client.setQueryData(['me'], { user: me.user, organizations: me.organizations });
    navigate(href`/${organization.slug}`, { replace: true });
  });
  return (
    <CredentialsPage title={`Join ${organization.name}`} footer={null}>
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Field label="E-mail" hint="The address that was invited.">
          {(control) => (
            <Input {...control} name="email" type="email" autoComplete="username" readOnly defaultValue={email} />
          )}
        </Field>
        <Field label="Name" hint="Optional." error={errors.fields['name']}>
          {(control) => <Input {...control} name="name" autoComplete="name" maxLength={100} autoFocus />}
        </Field>
        <NewPasswordField error={errors.fields['password']} />
        <Button type="submit" variant="primary" busy={busy}>
          Create account and join
        </Button>
      </form>
    </CredentialsPage>
  );
}
