'use client';
import type { ApiToken } from '@postern/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
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
import { useClusters } from '#features/clusters/use-clusters.ts';
import { LastKnown } from '#features/freshness/last-known.tsx';
import { CreateTokenDialog } from './create-token-dialog.tsx';
import { Expiry } from './expiry.tsx';
import { Scopes } from './scopes.tsx';
import { createToken } from './token-actions.ts';

const offered = [createToken];
const kinds: Record<ApiToken['kind'], string> = { api: 'API', cli: 'Command line', kubeconfig: 'Kubeconfig' };

export function TokensPage() {
  const organization = useOrganization();
  const client = useQueryClient();
  const tokens = useQuery({
    queryKey: ['tokens', organization],
    queryFn: async ({ signal }) => (await api.call('listTokens', { params: { organization }, signal })).items,
  });
  const clusters = useClusters(organization);
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken>();
  const creation = { open: () => setCreating(true) };
  useActions(offered, creation);

  async function revoke(token: ApiToken) {
    await api.call('revokeToken', { params: { organization, token: token.id } });
    client.setQueryData<ApiToken[]>(['tokens', organization], (list) => list?.filter(({ id }) => id !== token.id));
    toast({ title: `Token ${token.name} is revoked.`, tone: 'ok' });
  }

  const columns: Column<ApiToken>[] = [
    { header: 'Name', cell: (token) => <span className="font-medium [overflow-wrap:anywhere]">{token.name}</span> },
    { header: 'Token', cell: (token) => <code className="text-muted">{token.hint}…</code> },
    {
      header: 'For',
      cell: (token) => {
        const name = clusters.data?.find(({ id }) => id === token.clusterId)?.name;
        // Unknown until the clusters are loaded.
        const shown = clusters.data === undefined ? '…' : (name ?? 'a deleted cluster');
        return (
          <span className="inline-flex items-center gap-2">
            <Badge>{kinds[token.kind]}</Badge>
            {token.clusterId !== null && <span className="text-muted">{shown}</span>}
          </span>
        );
      },
    },
    { header: 'May', cell: ({ scopes }) => <Scopes scopes={scopes} /> },
    { header: 'Created', cell: (token) => <Time at={token.createdAt} form="ago" className="text-muted" /> },
    {
      header: 'Last used',
      cell: (token) =>
        token.lastUsedAt === null ? (
          <span className="text-faint">never</span>
        ) : (
          <Time at={token.lastUsedAt} form="ago" className="text-muted" />
        ),
    },
    { header: 'Expires', cell: (token) => <Expiry at={token.expiresAt} /> },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (token) => (
        <Button size="sm" variant="ghost" aria-label={`Revoke ${token.name}`} onClick={() => setRevoking(token)}>
          Revoke
        </Button>
      ),
    },
  ];

  return (
    <Page
      title="API tokens"
      description="Yours in this organization: for the API, for the postern command, and inside kubeconfigs. Each acts with your rights."
      actions={<ActionButton variant="primary" action={bindAction(createToken, creation)} />}
    >
      {tokens.data === undefined &&
        (tokens.error === null ? (
          <Skeleton className="h-40 w-full" />
        ) : (
          <ErrorState title="The tokens could not be loaded." onRetry={() => void tokens.refetch()}>
            {tokens.error.message}
          </ErrorState>
        ))}
      <LastKnown at={tokens.dataUpdatedAt}>
        {tokens.data?.length === 0 && (
          <EmptyState icon={<KeyRound aria-hidden />} title="No tokens yet">
            A token lets a script or a tool act as you. Kubeconfigs that you download appear here too, and can be
            revoked.
          </EmptyState>
        )}
        {tokens.data !== undefined && tokens.data.length > 0 && (
          <DataTable label="API tokens" columns={columns} rows={tokens.data} keyOf={({ id }) => id} />
        )}
      </LastKnown>
      <CreateTokenDialog open={creating} onOpenChange={setCreating} organization={organization} />
      <ConfirmDialog
        open={revoking !== undefined}
        onOpenChange={(open) => {
          if (!open) setRevoking(undefined);
        }}
        title={`Revoke ${revoking?.name ?? 'the token'}?`}
        description="Whatever uses it stops working at once. This cannot be undone."
        action="Revoke token"
        onConfirm={() => (revoking === undefined ? undefined : revoke(revoking))}
      />
    </Page>
  );
}
