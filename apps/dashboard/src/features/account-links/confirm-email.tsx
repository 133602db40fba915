'use client';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { publicApi } from '#features/browser-session/api.ts';
import { CredentialsPage } from '#features/browser-session/credentials-page.tsx';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useForm } from '#features/browser-session/use-form.ts';
import { Link } from '#features/router/link.tsx';
import { Finished } from './finished.tsx';
import { linkSecret } from './link-secret.ts';

/** Proves an e-mail address with the link sent to it. Not without a click: programs that check e-mail open links, too. */
export function ConfirmEmail() {
  const [isDone, setIsDone] = useState(false);
  const { errors, busy, onSubmit } = useForm([], async () => {
    await publicApi.call('confirmEmail', { body: { secret: linkSecret() } });
    setIsDone(true);
  });
  if (isDone) return <Finished title="Thank you">Your e-mail address is confirmed.</Finished>;
  return (
    <CredentialsPage
      title="Confirm your e-mail address"
      footer={
        <Link className="link" href="/sign-in">
          Sign in
        </Link>
      }
    >
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
        <GeneralError>{errors.general}</GeneralError>
        <Button type="submit" variant="primary" busy={busy} autoFocus>
          Confirm
        </Button>
      </form>
    </CredentialsPage>
  );
}
