// @vitest-environment jsdom
import type { Team } from '@postern/contracts';
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cluster, id, me } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { Refusal, TestGateway } from '../../test/test-gateway.ts';
import { TeamsPage } from './teams-page.tsx';

const AT = '2026-01-01T12:00:00.000Z';
const gateway = new TestGateway();
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
const row = (name: string) => screen.findByRole('row', { name: new RegExp(name) });
let teams: Team[];
const bob = { id: id(3), kind: 'user' as const, name: 'bob@example.com' };
const team = (over: Partial<Team> = {}): Team => ({
  id: id(4),
  slug: 'sre',
  name: 'Reliability',
  createdAt: AT,
  members: [bob],
  ...over,
});
beforeEach(() => {
  gateway.forget();
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [cluster()] }));
  teams = [team()];
  gateway.answer('listTeams', () => ({ items: teams }));
});
const open = () => renderPage(<TeamsPage />, { gateway, path: '/acme/teams' });

describe('the page of teams', { timeout: 60_000 }, () => {
  it('creates and renames a team', async () => {
    teams = [];
    gateway.answer('createTeam', ({ body }) => {
      const { name } = body as { name: string };
      if (name === 'Taken') throw new Refusal(409, { code: 'conflict', message: 'There is one.', requestId: 'r' });
      teams = [team({ name, members: [] })];
      return teams[0] as Team;
    });
    gateway.answer('updateTeam', ({ body }) => {
      teams = [team({ name: (body as { name: string }).name })];
      return teams[0] as Team;
    });
    const { user } = open();
    await screen.findByText('No teams yet');
    await user.keyboard('c');
    const dialog = within(await screen.findByRole('dialog', { name: 'Create a team' }));
    const send = () => user.click(dialog.getByRole('button', { name: 'Create team' }));
    await send();
    await dialog.findByText('Give it a name');
    await user.type(dialog.getByLabelText('Name'), 'Taken');
    await send();
    await dialog.findByText('There is one.');
    await user.clear(dialog.getByLabelText('Name'));
    await user.type(dialog.getByLabelText('Name'), 'Reliability');
    await user.type(dialog.getByLabelText('Slug'), 'sre');
    await send();
    expectWords(await row('Reliability'), 'sre', 'nobody');
    expect(gateway.calls('createTeam').at(-1)?.body).toEqual({ name: 'Reliability', slug: 'sre' });
    await user.click(screen.getByRole('button', { name: 'Rename Reliability' }));
    const name = await screen.findByLabelText('Name');
    await user.clear(name);
    await user.type(name, 'Platform{Enter}');
    await row('Platform');
    expect(gateway.calls('updateTeam')[0]).toMatchObject({ params: { team: 'sre' }, body: { name: 'Platform' } });
  });

  it('adds members and service accounts, and takes them out', async () => {
    gateway.answer('addTeamMember', ({ body }) => {
      const { user, serviceAccount } = body as { user?: string; serviceAccount?: string };
      if (user !== undefined) {
        const fields = [{ path: 'user', message: 'Not a member' }];
        throw new Refusal(400, { code: 'invalid-request', message: 'Not valid.', fields, requestId: 'r' });
      }
      teams = [team({ members: [bob, { id: id(5), kind: 'service-account', name: serviceAccount ?? '' }] })];
      return teams[0] as Team;
    });
    gateway.answer('removeTeamMember', ({ params }) => {
      teams = [team({ members: (teams[0] as Team).members.filter((one) => one.id !== params['account']) })];
      return undefined;
    });
    const { user } = open();
    await row('Reliability');
    await user.click(screen.getByRole('button', { name: 'Members of Reliability' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Members of Reliability' }));
    await user.type(dialog.getByLabelText('Who'), 'deploy{Enter}');
    await dialog.findByText('Not a member');
    await user.selectOptions(dialog.getByLabelText('Kind'), 'A service account');
    await user.click(dialog.getByRole('button', { name: 'Add to team' }));
    await dialog.findByRole('button', { name: 'Take deploy out' });
    expect(gateway.calls('addTeamMember').at(-1)?.body).toEqual({ serviceAccount: 'deploy' });
    await user.click(dialog.getByRole('button', { name: 'Take bob@example.com out' }));
    await waitFor(() => expect(dialog.queryByText('bob@example.com')).toBeNull());
    expect(gateway.calls('removeTeamMember')[0]?.params).toMatchObject({ team: 'sre', account: id(3) });
  });

  it('deletes a team after a question', async () => {
    gateway.answer('deleteTeam', () => undefined);
    const { user } = open();
    await row('Reliability');
    await user.click(screen.getByRole('button', { name: 'Delete Reliability' }));
    await user.click(await screen.findByRole('button', { name: 'Delete team' }));
    await screen.findByText('No teams yet');
    expect(gateway.calls('deleteTeam')[0]?.params['team']).toBe('sre');
  });
});
