'use client';
import type { Me, Member, Role } from '@postern/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { type Column, DataTable } from '#components/ui/data-table.tsx';
import { Page } from '#components/ui/page.tsx';
import { Select } from '#components/ui/select.tsx';
import { Time } from '#components/ui/time.tsx';
import { toast } from '#components/ui/toast.tsx';
import { usePermission } from '#features/access/use-permission.ts';
import { bindAction } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { useOrganization } from '#features/address/use-organization.ts';
import { api } from '#features/browser-session/api.ts';
import { useMe } from '#features/browser-session/use-me.ts';
import { Listed } from '#features/freshness/listed.tsx';
import { navigate } from '#features/router/address-bar.ts';
import { Invitations } from './invitations.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { inviteMember } from './member-actions.ts';
import { roleOptions } from './role-options.ts';

const offered = [inviteMember];
const none: never[] = [];

/** The people of an organization, and those who are invited. */
export function MembersPage() {
  const organization = useOrganization();
  const mayManage = usePermission(organization, 'member:manage');
  const me = useMe().data;
  const own = me?.organizations.find(({ slug }) => slug === organization)?.role ?? 'member';
  const client = useQueryClient();
  const queryKey = ['members', organization];
  const members = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await api.call('listMembers', { params: { organization }, signal })).items,
  });
  const [inviting, setInviting] = useState(false);
  const [removing, setRemoving] = useState<Member>();
  const [leaving, setLeaving] = useState(false);
  const invitation = { open: () => setInviting(true) };
  useActions(mayManage ? offered : none, invitation);

  async function changeRole(member: Member, role: Role) {
    try {
      const changed = await api.call('updateMember', { params: { organization, user: member.id }, body: { role } });
      client.setQueryData<Member[]>(queryKey, (list) => list?.map((one) => (one.id === changed.id ? changed : one)));
      if (member.id === me?.user.id) await client.invalidateQueries({ queryKey: ['me'] });
      toast({ title: `The role of ${member.email} is now ${role}.`, tone: 'ok' });
    } catch (error) {
      toast({ title: error instanceof Error ? error.message : 'The role was not changed.', tone: 'bad' });
    }
  }

  async function remove(member: Member) {
    await api.call('removeMember', { params: { organization, user: member.id } });
    client.setQueryData<Member[]>(queryKey, (list) => list?.filter(({ id }) => id !== member.id));
    toast({ title: `${member.email} is removed.`, tone: 'ok' });
  }

  async function leave() {
    await api.call('leaveOrganization', { params: { organization } });
    client.setQueryData<Me>(
      ['me'],
      (data) => data && { ...data, organizations: data.organizations.filter(({ slug }) => slug !== organization) },
    );
    navigate('/', { replace: true });
  }

  const columns: Column<Member>[] = [
    {
      header: 'Member',
      cell: ({ id, email }) => (
        <span className="inline-flex min-w-0 flex-wrap items-center gap-x-2 max-md:justify-end">
          <span className="font-medium [overflow-wrap:anywhere]">{email}</span>
          {id === me?.user.id && <Badge>you</Badge>}
        </span>
      ),
    },
    {
      header: 'Role',
      cell: (member) =>
        mayManage && (own === 'owner' || member.role !== 'owner') ? (
          <Select
            aria-label={`Role of ${member.email}`}
            options={roleOptions(own)}
            value={member.role}
            onChange={(event) => void changeRole(member, event.target.value as Role)}
          />
        ) : (
          roleName(member.role)
        ),
    },
    { header: 'Teams', cell: ({ teams }) => <span className="text-muted">{teams.join(', ')}</span> },
    { header: 'Joined', cell: ({ joinedAt }) => <Time at={joinedAt} form="ago" className="text-muted" /> },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (member) => {
        if (member.id === me?.user.id)
          return (
            <Button size="sm" variant="ghost" onClick={() => setLeaving(true)}>
              Leave
            </Button>
          );
        return (
          mayManage && (
            <Button size="sm" variant="ghost" aria-label={`Remove ${member.email}`} onClick={() => setRemoving(member)}>
              Remove
            </Button>
          )
        );
      },
    },
  ];

  return (
    <Page
      title="Members"
      description="Owners and admins manage the organization and reach every cluster; members and auditors reach what they were given."
      actions={mayManage && <ActionButton variant="primary" action={bindAction(inviteMember, invitation)} />}
    >
      <Listed query={members} failed="The members could not be loaded." empty={null}>
        {(rows) => <DataTable label="Members" columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </Listed>
      {mayManage && <Invitations organization={organization} />}
      <InviteDialog open={inviting} onOpenChange={setInviting} organization={organization} own={own} />
      <ConfirmDialog
        open={removing !== undefined}
        onOpenChange={(open) => {
          if (!open) setRemoving(undefined);
        }}
        title={`Remove ${removing?.email ?? 'the member'}?`}
        description="They lose their API tokens and their access to clusters here. What they have open ends within seconds."
        action="Remove member"
        onConfirm={() => (removing === undefined ? undefined : remove(removing))}
      />
      <ConfirmDialog
        open={leaving}
        onOpenChange={setLeaving}
        title="Leave this organization?"
        description="You lose your API tokens and your access to clusters here. Only a new invitation brings you back."
        action="Leave organization"
        onConfirm={leave}
      />
    </Page>
  );
}

const roleName = (role: Role): string => roleOptions('owner').find(({ value }) => value === role)?.label ?? role;
