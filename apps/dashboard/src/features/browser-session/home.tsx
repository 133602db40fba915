'use client';
import { ApiError } from '@postern/api-client';
import { useEffect } from 'react';
import { ErrorState } from '#components/ui/error-state.tsx';
import { navigate } from '#features/router/address-bar.ts';
import { homeOf } from './last-organization.ts';
import { useMe } from './use-me.ts';

/** Redirects to the most recently visited organization, or to the sign-in page. */
export function Home() {
  const me = useMe();
  const unauthenticated = me.error instanceof ApiError && me.error.status === 401;
  useEffect(() => {
    if (me.data !== undefined) navigate(homeOf(me.data) ?? '/sign-up', { replace: true });
    else if (unauthenticated) navigate('/sign-in', { replace: true });
  }, [me.data, unauthenticated]);
  if (me.error === null || unauthenticated)
    return (
      <div className="sr-only" role="status">
        Loading
      </div>
    );
  return (
    <main>
      <ErrorState title="The gateway could not be reached." onRetry={() => void me.refetch()}>
        {me.error.message}
      </ErrorState>
    </main>
  );
}
