'use client';
import type { ServiceAccount } from '@postern/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Bot } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { type Column, DataTable } from '#components/ui/data-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Page } from '#components/ui/page.tsx';
import { Time } from '#components/ui/time.tsx';
import { toast } from '#components/ui/toast.tsx';
import { usePermission } from '#features/access/use-permission.ts';
import { bindAction } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { useOrganization } from '#features/address/use-organization.ts';
import { api } from '#features/browser-session/api.ts';
import { Listed } from '#features/freshness/listed.tsx';
import { AccountTokensDialog } from './account-tokens-dialog.tsx';
import { CreateServiceAccountDialog } from './create-service-account-dialog.tsx';
import { createServiceAccount } from './service-account-actions.ts';

const offered = [createServiceAccount];
const none: never[] = [];

/** The accounts of programs in an organization, with their tokens. */
export function ServiceAccountsPage() {
  const organization = useOrganization();
  const mayManage = usePermission(organization, 'service-account:manage');
  const client = useQueryClient();
  const queryKey = ['service-accounts', organization];
  const accounts = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await api.call('listServiceAccounts', { params: { organization }, signal })).items,
  });
  const [creating, setCreating] = useState(false);
  const [tokensOf, setTokensOf] = useState<ServiceAccount>();
  const [deleting, setDeleting] = useState<ServiceAccount>();
  const creation = { open: () => setCreating(true) };
  useActions(mayManage ? offered : none, creation);

  async function remove({ id, name }: ServiceAccount) {
    await api.call('deleteServiceAccount', { params: { organization, serviceAccount: name } });
    client.setQueryData<ServiceAccount[]>(queryKey, (list) => list?.filter((one) => one.id !== id));
    toast({ title: `Service account ${name} is deleted.`, tone: 'ok' });
  }

  const columns: Column<ServiceAccount>[] = [
    { header: 'Name', cell: ({ name }) => <span className="font-medium [overflow-wrap:anywhere]">{name}</span> },
    {
      header: 'Description',
      cell: ({ description }) => <span className="text-muted [overflow-wrap:anywhere]">{description}</span>,
    },
    {
      header: 'Created',
      cell: ({ createdAt, createdBy }) => (
        <span className="text-muted [overflow-wrap:anywhere]">
          <Time at={createdAt} form="ago" /> by {createdBy.name}
        </span>
      ),
    },
    {
      header: 'Last used',
      cell: ({ lastUsedAt }) =>
        lastUsedAt === null ? (
          <span className="text-faint">never</span>
        ) : (
          <Time at={lastUsedAt} form="ago" className="text-muted" />
        ),
    },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (account) => (
        <span className="inline-flex gap-1">
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Tokens of ${account.name}`}
            onClick={() => setTokensOf(account)}
          >
            {account.tokens === 1 ? '1 token' : `${account.tokens} tokens`}
          </Button>
          {mayManage && (
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Delete ${account.name}`}
              onClick={() => setDeleting(account)}
            >
              Delete
            </Button>
          )}
        </span>
      ),
    },
  ];

  return (
    <Page
      title="Service accounts"
      description="For programs, such as pipelines. They act with tokens, and reach the clusters that they are given access to."
      actions={mayManage && <ActionButton variant="primary" action={bindAction(createServiceAccount, creation)} />}
    >
      <Listed
        query={accounts}
        failed="The service accounts could not be loaded."
        empty={
          <EmptyState icon={<Bot aria-hidden />} title="No service accounts yet">
            A service account keeps working when the person who made it leaves.
          </EmptyState>
        }
      >
        {(rows) => <DataTable label="Service accounts" columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </Listed>
      <CreateServiceAccountDialog open={creating} onOpenChange={setCreating} organization={organization} />
      <AccountTokensDialog
        account={tokensOf}
        onClose={() => setTokensOf(undefined)}
        organization={organization}
        mayManage={mayManage}
      />
      <ConfirmDialog
        open={deleting !== undefined}
        onOpenChange={(open) => {
          if (!open) setDeleting(undefined);
        }}
        title={`Delete ${deleting?.name ?? 'the service account'}?`}
        description="Its tokens and its access end at once. This cannot be undone."
        action="Delete service account"
        onConfirm={() => (deleting === undefined ? undefined : remove(deleting))}
      />
    </Page>
  );
}
