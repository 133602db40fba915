'use client';
import type { CreatedInvitation, Invitation } from '@postern/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { type Column, DataTable } from '#components/ui/data-table.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Time } from '#components/ui/time.tsx';
import { toast } from '#components/ui/toast.tsx';
import { api } from '#features/browser-session/api.ts';
import { Listed } from '#features/freshness/listed.tsx';
import { InvitationLink, wordsOf } from './invitation-link.tsx';

/** Invitations that nobody has accepted yet. */
export function Invitations({ organization }: { organization: string }) {
  const client = useQueryClient();
  const queryKey = ['invitations', organization];
  const invitations = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await api.call('listInvitations', { params: { organization }, signal })).items,
  });
  const [revoking, setRevoking] = useState<Invitation>();
  const [renewing, setRenewing] = useState<Invitation>();
  const [renewed, setRenewed] = useState<CreatedInvitation>();

  async function revoke({ id, email }: Invitation) {
    await api.call('revokeInvitation', { params: { organization, invitation: id } });
    client.setQueryData<Invitation[]>(queryKey, (list) => list?.filter((one) => one.id !== id));
    toast({ title: `The invitation of ${email} is revoked.`, tone: 'ok' });
  }

  async function renew({ id }: Invitation) {
    setRenewed(await api.call('resendInvitation', { params: { organization, invitation: id } }));
    await client.invalidateQueries({ queryKey });
  }

  const columns: Column<Invitation>[] = [
    { header: 'E-mail', cell: ({ email }) => <span className="font-medium [overflow-wrap:anywhere]">{email}</span> },
    { header: 'Role', cell: ({ role }) => role },
    { header: 'Teams', cell: ({ teams }) => <span className="text-muted">{teams.join(', ')}</span> },
    {
      header: 'Invited',
      cell: ({ createdAt, invitedBy }) => (
        <span className="text-muted [overflow-wrap:anywhere]">
          <Time at={createdAt} form="ago" /> by {invitedBy.name}
        </span>
      ),
    },
    {
      header: 'Expires',
      cell: ({ expiresAt }) =>
        Date.parse(expiresAt) <= Date.now() ? (
          <Badge tone="bad">expired</Badge>
        ) : (
          <Time at={expiresAt} form="ago" className="text-muted" />
        ),
    },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (one) => (
        <span className="inline-flex gap-1">
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Renew the invitation of ${one.email}`}
            onClick={() => setRenewing(one)}
          >
            Renew
          </Button>
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Revoke the invitation of ${one.email}`}
            onClick={() => setRevoking(one)}
          >
            Revoke
          </Button>
        </span>
      ),
    },
  ];

  return (
    <section className="mt-8" aria-labelledby="invitations">
      <h2 id="invitations" className="mb-3 font-semibold">
        Pending invitations
      </h2>
      <Listed
        query={invitations}
        failed="The invitations could not be loaded."
        empty={<p className="text-muted">None. Whoever is invited is listed here until they join.</p>}
      >
        {(rows) => <DataTable label="Pending invitations" columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </Listed>
      <ConfirmDialog
        open={revoking !== undefined}
        onOpenChange={(open) => {
          if (!open) setRevoking(undefined);
        }}
        title={`Revoke the invitation of ${revoking?.email ?? ''}?`}
        description="Its link stops working. You can invite them again."
        action="Revoke invitation"
        onConfirm={() => (revoking === undefined ? undefined : revoke(revoking))}
      />
      <ConfirmDialog
        open={renewing !== undefined}
        onOpenChange={(open) => {
          if (!open) setRenewing(undefined);
        }}
        title={`Renew the invitation of ${renewing?.email ?? ''}?`}
        description="There will be a new link, for seven days, sent by e-mail if this Postern sends e-mail. Earlier links stop working."
        action="Renew invitation"
        onConfirm={() => (renewing === undefined ? undefined : renew(renewing))}
      />
      {renewed !== undefined && (
        <Dialog
          open
          onOpenChange={() => setRenewed(undefined)}
          {...wordsOf(renewed)}
          footer={
            <Button variant="primary" onClick={() => setRenewed(undefined)}>
              Done
            </Button>
          }
        >
          <InvitationLink made={renewed} />
        </Dialog>
      )}
    </section>
  );
}
