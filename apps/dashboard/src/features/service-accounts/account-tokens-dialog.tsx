'use client';
import type { ApiToken, ServiceAccount } from '@postern/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { type Column, DataTable } from '#components/ui/data-table.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { toast } from '#components/ui/toast.tsx';
import { api } from '#features/browser-session/api.ts';
import { Listed } from '#features/freshness/listed.tsx';
import { CreateTokenDialog } from '#features/tokens/create-token-dialog.tsx';
import { Expiry } from '#features/tokens/expiry.tsx';
import { Scopes } from '#features/tokens/scopes.tsx';

export interface AccountTokensDialogProps {
  /** Undefined if the dialog is closed. */
  account: ServiceAccount | undefined;
  onClose: () => void;
  organization: string;
  mayManage: boolean;
}

/** The tokens of a service account. */
export function AccountTokensDialog({ account, onClose, organization, mayManage }: AccountTokensDialogProps) {
  const serviceAccount = account?.name ?? '';
  const client = useQueryClient();
  const queryKey = ['service-account-tokens', organization, serviceAccount];
  const tokens = useQuery({
    queryKey,
    queryFn: async ({ signal }) =>
      (await api.call('listServiceAccountTokens', { params: { organization, serviceAccount }, signal })).items,
    enabled: account !== undefined,
  });
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken>();

  async function revoke({ id, name }: ApiToken) {
    await api.call('revokeServiceAccountToken', { params: { organization, serviceAccount, token: id } });
    client.setQueryData<ApiToken[]>(queryKey, (list) => list?.filter((one) => one.id !== id));
    await client.invalidateQueries({ queryKey: ['service-accounts', organization] });
    toast({ title: `Token ${name} is revoked.`, tone: 'ok' });
  }

  const columns: Column<ApiToken>[] = [
    { header: 'Name', cell: ({ name }) => <span className="font-medium [overflow-wrap:anywhere]">{name}</span> },
    { header: 'Token', cell: ({ hint }) => <code className="text-muted">{hint}…</code> },
    { header: 'May', cell: ({ scopes }) => <Scopes scopes={scopes} /> },
    { header: 'Expires', cell: ({ expiresAt }) => <Expiry at={expiresAt} /> },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (token) =>
        mayManage && (
          <Button size="sm" variant="ghost" aria-label={`Revoke ${token.name}`} onClick={() => setRevoking(token)}>
            Revoke
          </Button>
        ),
    },
  ];

  return (
    <>
      <Dialog
        open={account !== undefined}
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
        title={`Tokens of ${serviceAccount}`}
        description="Each acts as the service account, within its scopes."
        size="lg"
        footer={
          <>
            <Button onClick={onClose}>Done</Button>
            {mayManage && (
              <Button variant="primary" onClick={() => setCreating(true)}>
                Create token
              </Button>
            )}
          </>
        }
      >
        <Listed
          query={tokens}
          failed="The tokens could not be loaded."
          empty={<p className="text-muted">No tokens yet</p>}
        >
          {(rows) => <DataTable label="Tokens" columns={columns} rows={rows} keyOf={({ id }) => id} />}
        </Listed>
      </Dialog>
      <CreateTokenDialog
        open={creating}
        onOpenChange={setCreating}
        organization={organization}
        serviceAccount={serviceAccount}
      />
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
    </>
  );
}
