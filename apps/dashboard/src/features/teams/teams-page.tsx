'use client';
import type { Team } from '@postern/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Users } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { type Column, DataTable } from '#components/ui/data-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Page } from '#components/ui/page.tsx';
import { toast } from '#components/ui/toast.tsx';
import { usePermission } from '#features/access/use-permission.ts';
import { bindAction } from '#features/actions/action.ts';
import { ActionButton } from '#features/actions/action-button.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { useOrganization } from '#features/address/use-organization.ts';
import { api } from '#features/browser-session/api.ts';
import { Listed } from '#features/freshness/listed.tsx';
import { createTeam } from './team-actions.ts';
import { TeamMembersDialog } from './team-members-dialog.tsx';
import { TeamNameDialog } from './team-name-dialog.tsx';

const offered = [createTeam];
const none: never[] = [];

/** The teams of an organization, with their members. */
export function TeamsPage() {
  const organization = useOrganization();
  const mayManage = usePermission(organization, 'team:manage');
  const client = useQueryClient();
  const queryKey = ['teams', organization];
  const teams = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await api.call('listTeams', { params: { organization }, signal })).items,
  });
  const [naming, setNaming] = useState<{ team?: Team }>();
  const [membersOf, setMembersOf] = useState<string>();
  const [deleting, setDeleting] = useState<Team>();
  const creation = { open: () => setNaming({}) };
  useActions(mayManage ? offered : none, creation);

  async function remove({ id, slug, name }: Team) {
    await api.call('deleteTeam', { params: { organization, team: slug } });
    client.setQueryData<Team[]>(queryKey, (list) => list?.filter((one) => one.id !== id));
    toast({ title: `Team ${name} is deleted.`, tone: 'ok' });
  }

  const columns: Column<Team>[] = [
    { header: 'Team', cell: ({ name }) => <span className="font-medium [overflow-wrap:anywhere]">{name}</span> },
    { header: 'Slug', cell: ({ slug }) => <code className="text-muted">{slug}</code> },
    {
      header: 'Members',
      cell: ({ members }) => (
        <span className="text-muted [overflow-wrap:anywhere]">
          {members.length === 0 ? 'nobody' : members.map(({ name }) => name).join(', ')}
        </span>
      ),
    },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (team) =>
        mayManage && (
          <span className="inline-flex flex-wrap gap-1">
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Members of ${team.name}`}
              onClick={() => setMembersOf(team.id)}
            >
              Members
            </Button>
            <Button size="sm" variant="ghost" aria-label={`Rename ${team.name}`} onClick={() => setNaming({ team })}>
              Rename
            </Button>
            <Button size="sm" variant="ghost" aria-label={`Delete ${team.name}`} onClick={() => setDeleting(team)}>
              Delete
            </Button>
          </span>
        ),
    },
  ];

  return (
    <Page
      title="Teams"
      description="Give access to a team instead of to each person: it follows who is in the team."
      actions={mayManage && <ActionButton variant="primary" action={bindAction(createTeam, creation)} />}
    >
      <Listed
        query={teams}
        failed="The teams could not be loaded."
        empty={
          <EmptyState icon={<Users aria-hidden />} title="No teams yet">
            A team is a group of members and service accounts that are given access together.
          </EmptyState>
        }
      >
        {(rows) => <DataTable label="Teams" columns={columns} rows={rows} keyOf={({ id }) => id} />}
      </Listed>
      <TeamNameDialog
        open={naming !== undefined}
        onOpenChange={(open) => {
          if (!open) setNaming(undefined);
        }}
        organization={organization}
        team={naming?.team}
      />
      <TeamMembersDialog
        team={teams.data?.find(({ id }) => id === membersOf)}
        onClose={() => setMembersOf(undefined)}
        organization={organization}
      />
      <ConfirmDialog
        open={deleting !== undefined}
        onOpenChange={(open) => {
          if (!open) setDeleting(undefined);
        }}
        title={`Delete ${deleting?.name ?? 'the team'}?`}
        description="The access that the team has ends for everybody in it. The members stay in the organization."
        action="Delete team"
        onConfirm={() => (deleting === undefined ? undefined : remove(deleting))}
      />
    </Page>
  );
}
