'use client';
import type { AccessRequest } from '@postern/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Hand } from 'lucide-react';
import { useState } from 'react';
import { href } from '#components/href.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { type Column, DataTable } from '#components/ui/data-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Page } from '#components/ui/page.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Time } from '#components/ui/time.tsx';
import { toast } from '#components/ui/toast.tsx';
import type { Tone } from '#components/ui/tone.ts';
import { bindAction } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { useOrganization } from '#features/address/use-organization.ts';
import { api } from '#features/browser-session/api.ts';
import { useMe } from '#features/browser-session/use-me.ts';
import { LastKnown } from '#features/freshness/last-known.tsx';
import { navigate } from '#features/router/address-bar.ts';
import { requestAccess } from './access-actions.ts';
import { accessRequests } from './access-requests.ts';
import { Allowed } from './allowed.tsx';
import { usePermission } from './use-permission.ts';

export { RequestsCount } from './requests-count.tsx';

const offered = [requestAccess];
const none: never[] = [];
const tones: Record<AccessRequest['status'], Tone> = {
  pending: 'info',
  approved: 'ok',
  denied: 'bad',
  cancelled: 'idle',
  expired: 'idle',
};

type Decision = 'approveAccessRequest' | 'denyAccessRequest' | 'cancelAccessRequest';
const done: Record<Decision, string> = {
  approveAccessRequest: 'The request is approved; the access has begun.',
  denyAccessRequest: 'The request is denied.',
  cancelAccessRequest: 'The request is taken back.',
};

/** Requests for access: one's own, and those that one may decide on. */
export function RequestsPage() {
  const organization = useOrganization();
  const mayApprove = usePermission(organization, 'access:approve');
  const mayRequest = usePermission(organization, 'access:request');
  const own = useMe().data?.user.id;
  const client = useQueryClient();
  const { queryKey, queryFn } = accessRequests(organization);
  const requests = useQuery({ queryKey, queryFn, refetchInterval: 10_000 });
  const [denying, setDenying] = useState<AccessRequest>();
  const request = { open: () => navigate(href`/${organization}/requests/new`) };
  useActions(mayRequest ? offered : none, request);

  async function decide(decision: Decision, { id }: AccessRequest) {
    const params = { organization, request: id };
    const decided =
      decision === 'cancelAccessRequest'
        ? await api.call(decision, { params })
        : await api.call(decision, { params, body: {} });
    client.setQueryData<AccessRequest[]>(queryKey, (list) => list?.map((one) => (one.id === id ? decided : one)));
    toast({ title: done[decision], tone: 'ok' });
  }

  function tryTo(decision: Decision, one: AccessRequest) {
    decide(decision, one).catch((error: unknown) => {
      toast({ title: error instanceof Error ? error.message : 'That did not work.', tone: 'bad' });
      void requests.refetch();
    });
  }

  const columns: Column<AccessRequest>[] = [
    {
      header: 'Who',
      cell: ({ account }) => <span className="font-medium [overflow-wrap:anywhere]">{account.name}</span>,
    },
    { header: 'Cluster', cell: ({ cluster }) => cluster.name },
    { header: 'Wants', cell: (one) => <Allowed {...one} /> },
    { header: 'Reason', cell: ({ reason }) => <span className="[overflow-wrap:anywhere]">{reason}</span> },
    { header: 'Asked', cell: ({ createdAt }) => <Time at={createdAt} form="ago" className="text-muted" /> },
    { header: 'Status', cell: (one) => <Status request={one} /> },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (one) => {
        if (one.status !== 'pending') return null;
        const name = `the request of ${one.account.name}`;
        if (one.account.id === own)
          return (
            <Button size="sm" variant="ghost" onClick={() => tryTo('cancelAccessRequest', one)}>
              Take back
            </Button>
          );
        return (
          mayApprove && (
            <span className="inline-flex gap-1">
              <Button size="sm" aria-label={`Deny ${name}`} onClick={() => setDenying(one)}>
                Deny
              </Button>
              <Button
                size="sm"
                variant="primary"
                aria-label={`Approve ${name}`}
                onClick={() => tryTo('approveAccessRequest', one)}
              >
                Approve
              </Button>
            </span>
          )
        );
      },
    },
  ];

  return (
    <Page
      title="Access requests"
      description={
        mayApprove
          ? 'Approved access begins at once and ends by itself. Nobody approves their own.'
          : 'Yours. Somebody else approves them; the access begins then, and ends by itself.'
      }
      actions={mayRequest && <ActionButton variant="primary" action={bindAction(requestAccess, request)} />}
    >
      {requests.data === undefined &&
        (requests.error === null ? (
          <Skeleton className="h-40 w-full" />
        ) : (
          <ErrorState title="The requests could not be loaded." onRetry={() => void requests.refetch()}>
            {requests.error.message}
          </ErrorState>
        ))}
      <LastKnown at={requests.dataUpdatedAt}>
        {requests.data?.length === 0 && (
          <EmptyState icon={<Hand aria-hidden />} title="No requests">
            Where somebody has no access, kubectl’s error and the pages here name the place to request it. Whoever may
            approve it finds the request here.
          </EmptyState>
        )}
        {requests.data !== undefined && requests.data.length > 0 && (
          <DataTable label="Access requests" columns={columns} rows={requests.data} keyOf={({ id }) => id} />
        )}
      </LastKnown>
      <ConfirmDialog
        open={denying !== undefined}
        onOpenChange={(open) => {
          if (!open) setDenying(undefined);
        }}
        title={`Deny the request of ${denying?.account.name ?? ''}?`}
        description="They can ask again."
        action="Deny request"
        onConfirm={() => (denying === undefined ? undefined : decide('denyAccessRequest', denying))}
      />
    </Page>
  );
}

function Status({ request: { status, breakGlass, decidedBy, note, accessExpiresAt } }: { request: AccessRequest }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <Badge tone={tones[status]}>{status}</Badge>
      {breakGlass && <Badge tone="warn">emergency</Badge>}
      {decidedBy !== null && !breakGlass && <span className="text-muted">by {decidedBy.name}</span>}
      {note !== '' && <span className="text-muted [overflow-wrap:anywhere]">“{note}”</span>}
      {accessExpiresAt !== null && (
        <span className="text-muted">
          {Date.parse(accessExpiresAt) > Date.now() ? 'ends ' : 'ended '}
          <Time at={accessExpiresAt} form="ago" />
        </span>
      )}
    </span>
  );
}
