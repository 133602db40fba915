'use client';
import type { Binding } from '@postern/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
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
import { bindAction } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { useOrganization } from '#features/address/use-organization.ts';
import { api } from '#features/browser-session/api.ts';
import { LastKnown } from '#features/freshness/last-known.tsx';
import { grantAccess } from './access-actions.ts';
import { Allowed } from './allowed.tsx';
import { GrantDialog } from './grant-dialog.tsx';
import { usePermission } from './use-permission.ts';

const offered = [grantAccess];
const none: never[] = [];
const kinds: Record<Binding['subject']['kind'], string> = {
  user: 'Member',
  team: 'Team',
  'service-account': 'Service account',
};

/** Who was given access to which cluster. */
export function AccessPage() {
  const organization = useOrganization();
  const mayManage = usePermission(organization, 'access:manage');
  const client = useQueryClient();
  const access = useQuery({
    queryKey: ['access', organization],
    queryFn: async ({ signal }) => (await api.call('listAccess', { params: { organization }, signal })).items,
  });
  const [giving, setGiving] = useState(false);
  const [revoking, setRevoking] = useState<Binding>();
  const grant = { open: () => setGiving(true) };
  useActions(mayManage ? offered : none, grant);

  async function revoke(binding: Binding) {
    await api.call('revokeAccess', { params: { organization, binding: binding.id } });
    client.setQueryData<Binding[]>(['access', organization], (list) => list?.filter(({ id }) => id !== binding.id));
    toast({ title: `The access of ${binding.subject.name} is revoked.`, tone: 'ok' });
  }

  const columns: Column<Binding>[] = [
    {
      header: 'Who',
      cell: ({ subject }) => (
        <span className="inline-flex min-w-0 items-center gap-2">
          <span className="font-medium [overflow-wrap:anywhere]">{subject.name}</span>
          {subject.kind !== 'user' && <Badge>{kinds[subject.kind]}</Badge>}
        </span>
      ),
    },
    { header: 'Cluster', cell: (binding) => <Where binding={binding} /> },
    { header: 'Allows', cell: (binding) => <Allowed {...binding} /> },
    {
      header: 'Until',
      cell: ({ expiresAt }) =>
        expiresAt === null ? <span className="text-faint">no end</span> : <Time at={expiresAt} form="ago" />,
    },
    {
      header: 'Why',
      cell: ({ reason, createdBy }) => (
        <span className="text-muted [overflow-wrap:anywhere]">
          {reason === '' ? 'given' : reason}, by {createdBy.name}
        </span>
      ),
    },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (binding) =>
        mayManage && (
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Revoke the access of ${binding.subject.name}`}
            onClick={() => setRevoking(binding)}
          >
            Revoke
          </Button>
        ),
    },
  ];

  return (
    <Page
      title="Access"
      description="What members, teams and service accounts were given. Owners and admins of the organization reach every cluster."
      actions={mayManage && <ActionButton variant="primary" action={bindAction(grantAccess, grant)} />}
    >
      {access.data === undefined &&
        (access.error === null ? (
          <Skeleton className="h-40 w-full" />
        ) : (
          <ErrorState title="Access could not be loaded." onRetry={() => void access.refetch()}>
            {access.error.message}
          </ErrorState>
        ))}
      <LastKnown at={access.dataUpdatedAt}>
        {access.data?.length === 0 && (
          <EmptyState icon={<ShieldCheck aria-hidden />} title="Nothing was given yet">
            {mayManage
              ? 'Give a member, a team or a service account access to a cluster: to all of it or to some namespaces, for good or for an hour.'
              : 'You reach no cluster through a binding. Request access to one.'}
          </EmptyState>
        )}
        {access.data !== undefined && access.data.length > 0 && (
          <DataTable label="Access" columns={columns} rows={access.data} keyOf={({ id }) => id} />
        )}
      </LastKnown>
      <GrantDialog open={giving} onOpenChange={setGiving} organization={organization} />
      <ConfirmDialog
        open={revoking !== undefined}
        onOpenChange={(open) => {
          if (!open) setRevoking(undefined);
        }}
        title={`Revoke the access of ${revoking?.subject.name ?? ''}?`}
        description="Terminals, logs and port-forwards that rest on it end within seconds."
        action="Revoke access"
        onConfirm={() => (revoking === undefined ? undefined : revoke(revoking))}
      />
    </Page>
  );
}

function Where({ binding: { cluster, selector } }: { binding: Binding }) {
  if (cluster !== null) return <span>{cluster.name}</span>;
  const labels = Object.entries(selector ?? {});
  if (labels.length === 0) return <span>every cluster</span>;
  return (
    <span className="inline-flex flex-wrap gap-1">
      {labels.map(([key, value]) => (
        <Badge key={key}>
          {key}={value}
        </Badge>
      ))}
    </span>
  );
}
