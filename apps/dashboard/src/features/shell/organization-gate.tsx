'use client';
import { ApiError } from '@postern/api-client';
import type { Me } from '@postern/contracts';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { homeOf } from '#features/browser-session/last-organization.ts';
import { Link } from '#features/router/link.tsx';
import { PageSkeleton } from './page-skeleton.tsx';

/** Shows the page only to members; everybody else gets the same "not found", whether or not the organization exists. */
export function OrganizationGate({
  me,
  organization,
  children,
}: {
  me: UseQueryResult<Me>;
  organization: string;
  children: ReactNode;
}) {
  if (me.data === undefined) {
    if (me.error === null || (me.error instanceof ApiError && me.error.status === 401)) return <PageSkeleton />;
    return (
      <ErrorState title="Your account could not be loaded." onRetry={() => void me.refetch()}>
        {me.error.message}
      </ErrorState>
    );
  }
  if (!me.data.organizations.some(({ slug }) => slug === organization)) {
    const home = homeOf(me.data);
    return (
      <EmptyState
        of="page"
        title="Organization not found"
        action={
          home !== null && (
            <Button asChild variant="primary">
              <Link href={home}>Go to your organization</Link>
            </Button>
          )
        }
      >
        Either it does not exist or {me.data.user.email} is not a member of it.
      </EmptyState>
    );
  }
  return children;
}
