'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { publicApi } from '#features/browser-session/api.ts';
import { CredentialsPage } from '#features/browser-session/credentials-page.tsx';
import { formErrorsOf } from '#features/browser-session/form-errors.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { homeOf } from '#features/browser-session/last-organization.ts';
import { navigate } from '#features/router/address-bar.ts';
import { Link } from '#features/router/link.tsx';
import { takeNext } from './provider-next.ts';

/** The page to which a provider redirects: hands over what the provider sent, and goes on. */
export function ProviderReturn() {
  const client = useQueryClient();
  const [error, setError] = useState<string>();
  const isSent = useRef(false);
  useEffect(() => {
    if (isSent.current) return;
    isSent.current = true;
    const response = window.location.search.slice(1);
    // A code works once. It must not stay in the address and its history, nor be sent again when the page is loaded again.
    window.history.replaceState(window.history.state, '', window.location.pathname);
    if (response === '') {
      setError('Nothing came from a provider. Start again.');
      return;
    }
    publicApi.call('completeOidc', { body: { response } }).then(
      (me) => {
        client.setQueryData(['me'], { user: me.user, organizations: me.organizations });
        const next = takeNext();
        navigate(next === '/' ? (homeOf(me) ?? '/') : next, { replace: true });
      },
      (failure: unknown) => setError(formErrorsOf(failure, []).general),
    );
  }, [client]);

  return (
    <CredentialsPage
      title={error === undefined ? 'Signing you in…' : 'You are not signed in'}
      footer={
        <>
          <Link className="link" href="/account/organization">
            Start again
          </Link>{' '}
          ·{' '}
          <Link className="link" href="/sign-in">
            Sign in with a password
          </Link>
        </>
      }
    >
      <GeneralError>{error}</GeneralError>
    </CredentialsPage>
  );
}
