'use client';
import { ApiError } from '@postern/api-client';
import type { InvitationView, Me } from '@postern/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { href } from '#components/href.ts';
import { Button } from '#components/ui/button.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Time } from '#components/ui/time.tsx';
import { api, publicApi } from '#features/browser-session/api.ts';
import { CredentialsPage } from '#features/browser-session/credentials-page.tsx';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { SignInForm } from '#features/browser-session/sign-in-form.tsx';
import { signOut } from '#features/browser-session/sign-out.ts';
import { useMe } from '#features/browser-session/use-me.ts';
import { navigate } from '#features/router/address-bar.ts';
import { Link } from '#features/router/link.tsx';
import { forgetInvitationSecret, takeInvitationSecret } from './invitation-secret.ts';
import { InvitedSignUpForm } from './invited-sign-up-form.tsx';

const home = (
  <Link className="link" href="/">
    Go to Postern
  </Link>
);

/** Shows what an invitation is for, and accepts it with the account that was invited. */
export function JoinPage() {
  // Undefined until the page runs in a browser.
  const [secret, setSecret] = useState<string | null>();
  useEffect(() => setSecret(takeInvitationSecret()), []);
  // The secret is not part of the key, which is kept and shown by tools of the browser.
  const invitation = useQuery({
    queryKey: ['invitation'],
    queryFn: ({ signal }) => publicApi.call('readInvitation', { body: { secret: secret ?? '' }, signal }),
    enabled: typeof secret === 'string',
    retry: (count, error) => count < 2 && !(error instanceof ApiError),
    staleTime: 0,
    gcTime: 0,
  });
  if (secret === null)
    return (
      <CredentialsPage title="This link is incomplete" footer={home}>
        <p className="text-muted">Copy all of the link that you were sent, and open it again.</p>
      </CredentialsPage>
    );
  if (invitation.error !== null && invitation.data === undefined)
    return (
      <CredentialsPage title="This invitation cannot be used" footer={home}>
        <GeneralError>{invitation.error.message}</GeneralError>
      </CredentialsPage>
    );
  if (secret === undefined || invitation.data === undefined)
    return (
      <CredentialsPage title="Invitation" footer={null}>
        <Skeleton className="h-24 w-full" />
      </CredentialsPage>
    );
  return <Invited invitation={invitation.data} secret={secret} />;
}

function Invited({ invitation, secret }: { invitation: InvitationView; secret: string }) {
  const me = useMe();
  const [form, setForm] = useState(false);
  const signedOut = me.error instanceof ApiError && me.error.status === 401;
  const { email, hasAccount, provesAddress, sendsEmail } = invitation;
  const mayStart = hasAccount || provesAddress || !sendsEmail;
  if (me.data === undefined && form) {
    if (!hasAccount) return <InvitedSignUpForm invitation={invitation} secret={secret} />;
    return <SignInForm email={email} onSignedIn={() => setForm(false)} />;
  }
  return (
    <CredentialsPage title={`Join ${invitation.organization.name}`} footer={home}>
      <div className="flex flex-col gap-4">
        <p>
          {invitation.invitedBy} invites <strong className="[overflow-wrap:anywhere]">{email}</strong> as{' '}
          {invitation.role}. The invitation ends <Time at={invitation.expiresAt} form="ago" />.
        </p>
        {me.data !== undefined && <Accept invitation={invitation} secret={secret} me={me.data} />}
        {me.data === undefined && !signedOut && me.error !== null && <GeneralError>{me.error.message}</GeneralError>}
        {me.data === undefined && signedOut && !mayStart && (
          <p className="text-muted">
            To create your account, open the link that was sent to this address. Only that link shows that the address
            is yours. If it has not arrived, ask for it to be sent again.
          </p>
        )}
        {me.data === undefined && signedOut && mayStart && (
          <Button variant="primary" onClick={() => setForm(true)}>
            {hasAccount ? 'Sign in to join' : 'Create an account to join'}
          </Button>
        )}
      </div>
    </CredentialsPage>
  );
}

function Accept({ invitation, secret, me }: { invitation: InvitationView; secret: string; me: Me }) {
  const client = useQueryClient();
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: async () => {
      const { organization } = await api.call('acceptInvitation', { body: { secret } });
      forgetInvitationSecret();
      // The page of the organization is for members, so it must not be opened with what was known before.
      client.setQueryData(['me'], await api.call('getMe', {}));
      navigate(href`/${organization.slug}`, { replace: true });
    },
  });
  if (me.user.email !== invitation.email)
    return (
      <>
        <p role="alert" className="text-bad [overflow-wrap:anywhere]">
          This invitation is for {invitation.email}, and you are signed in as {me.user.email}.
        </p>
        <Button onClick={() => void signOut('/join')}>Sign out to use the other account</Button>
      </>
    );
  return (
    <>
      <GeneralError>{error?.message}</GeneralError>
      <Button variant="primary" busy={isPending || isSuccess} onClick={() => mutate()}>
        Join {invitation.organization.name}
      </Button>
    </>
  );
}
