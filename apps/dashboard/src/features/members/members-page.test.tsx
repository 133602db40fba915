// @vitest-environment jsdom
import type { Invitation, Member, Role } from '@postern/contracts';
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cluster, id, me } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { Refusal, TestGateway } from '../../test/test-gateway.ts';
import { MembersPage } from './members-page.tsx';

const AT = '2026-01-01T12:00:00.000Z';
const gateway = new TestGateway();
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
const row = (name: string) => screen.findByRole('row', { name: new RegExp(name) });
let role: Role;
let members: Member[];
let invitations: Invitation[];
const member = (over: Partial<Member> = {}): Member => ({
  id: id(3),
  email: 'bob@example.com',
  role: 'member',
  teams: ['sre'],
  joinedAt: AT,
  ...over,
});
const invitation = (over: Partial<Invitation> = {}): Invitation => ({
  id: id(60),
  email: 'eve@example.com',
  role: 'auditor',
  teams: [],
  invitedBy: { id: id(1), kind: 'user', name: 'ada@example.com' },
  createdAt: AT,
  expiresAt: '2099-01-01T12:00:00.000Z',
  ...over,
});
beforeEach(() => {
  role = 'owner';
  members = [member({ id: id(1), email: 'ada@example.com', role: 'owner', teams: [] }), member()];
  invitations = [invitation()];
  gateway.forget();
  gateway.answer('getMe', () => ({ ...me, organizations: [{ id: id(2), name: 'Acme', slug: 'acme', role }] }));
  gateway.answer('listClusters', () => ({ items: [cluster()] }));
  gateway.answer('listMembers', () => ({ items: members }));
  gateway.answer('listInvitations', () => ({ items: invitations }));
});
const open = () => renderPage(<MembersPage />, { gateway, path: '/acme/members' });

describe('the page of members', { timeout: 60_000 }, () => {
  it('shows members and invitations', async () => {
    invitations = [invitation(), invitation({ id: id(61), email: 'old@example.com', expiresAt: AT })];
    open();
    expectWords(await row('ada@example.com.*you'), 'Leave');
    expectWords(await row('bob@example.com'), 'sre');
    expectWords(await row('eve@example.com'), 'auditor', 'by ada@example.com');
    expectWords(await row('old@example.com'), 'expired');
  });

  it('invites an address and shows the link once', async () => {
    gateway.answer('inviteMember', ({ body }) => {
      const made = invitation({ id: id(62), email: (body as { email: string }).email });
      invitations = [made, ...invitations];
      return { invitation: made, link: 'https://postern.example/join#postern_invite_the-secret', mailed: null };
    });
    const { user } = open();
    await row('bob@example.com');
    await user.click(screen.getByRole('button', { name: 'Invite member' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Invite a member' }));
    const send = () => user.click(dialog.getByRole('button', { name: 'Invite' }));
    await send();
    await dialog.findByText('Enter an e-mail address');
    await user.type(dialog.getByLabelText('E-mail'), 'new@example.com');
    await user.selectOptions(dialog.getByLabelText('Role'), 'Admin');
    await user.type(dialog.getByLabelText('Teams'), 'sre, web');
    await send();
    await screen.findByRole('dialog', { name: 'Copy the link now' });
    expect(gateway.calls('inviteMember')[0]?.body).toEqual({
      email: 'new@example.com',
      role: 'admin',
      teams: ['sre', 'web'],
    });
    expect(document.body.textContent).not.toContain('the-secret');
    await user.click(screen.getByRole('button', { name: 'Show' }));
    expectWords(screen.getByRole('dialog'), 'https://postern.example/join#postern_invite_the-secret');
    await user.click(screen.getByRole('button', { name: 'Done' }));
    await row('new@example.com');
    expect(document.body.textContent).not.toContain('the-secret');
  });

  it.each([
    [true, 'The invitation is sent'],
    [false, 'The e-mail could not be sent'],
    [null, 'Copy the link now'],
  ])('renews an invitation after a question, and says whether it was sent (%s)', async (mailed, title) => {
    gateway.answer('resendInvitation', () => {
      invitations = [invitation({ id: id(63), expiresAt: '2099-01-08T12:00:00.000Z' })];
      return {
        invitation: invitations[0] as Invitation,
        link: 'https://postern.example/join#postern_invite_next',
        mailed,
      };
    });
    const { user } = open();
    await user.click(await screen.findByRole('button', { name: 'Renew the invitation of eve@example.com' }));
    expect(gateway.calls('resendInvitation')).toEqual([]);
    await user.click(await screen.findByRole('button', { name: 'Renew invitation' }));
    await screen.findByRole('dialog', { name: title });
    expect(gateway.calls('resendInvitation')[0]?.params['invitation']).toBe(id(60));
    await user.click(screen.getByRole('button', { name: 'Done' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.body.textContent).not.toContain('postern_invite_next');
  });

  it('changes a role, and says why it cannot', async () => {
    let refuse = true;
    gateway.answer('updateMember', ({ body }) => {
      if (refuse) throw new Refusal(409, { code: 'conflict', message: 'The last owner stays.', requestId: 'r' });
      return member({ role: (body as { role: Role }).role });
    });
    const { user } = open();
    await row('bob@example.com');
    const select = () => screen.getByLabelText<HTMLSelectElement>('Role of bob@example.com');
    await user.selectOptions(select(), 'Admin');
    await screen.findByText('The last owner stays.');
    expect(select().value).toBe('member');
    refuse = false;
    await user.selectOptions(select(), 'Admin');
    await waitFor(() => expect(select().value).toBe('admin'));
    expect(gateway.calls('updateMember').at(-1)).toMatchObject({ params: { user: id(3) }, body: { role: 'admin' } });
  });

  it('removes and revokes after a question', async () => {
    gateway.answer('removeMember', () => undefined);
    gateway.answer('revokeInvitation', () => undefined);
    const { user } = open();
    const shown = await row('bob@example.com');
    await user.click(screen.getByRole('button', { name: 'Remove bob@example.com' }));
    await screen.findByRole('dialog', { name: 'Remove bob@example.com?' });
    expect(gateway.calls('removeMember')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Remove member' }));
    await waitFor(() => expect(shown.isConnected).toBe(false));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await user.click(screen.getByRole('button', { name: 'Revoke the invitation of eve@example.com' }));
    await user.click(await screen.findByRole('button', { name: 'Revoke invitation' }));
    await screen.findByText(/None. Whoever is invited/);
    expect(gateway.calls('revokeInvitation')[0]?.params['invitation']).toBe(id(60));
  });

  it('of a member has nothing to manage, but can be left', async () => {
    role = 'member';
    gateway.answer('getMe', () => ({
      ...me,
      organizations: [
        { id: id(2), name: 'Acme', slug: 'acme', role },
        { id: id(8), name: 'Other', slug: 'other', role },
      ],
    }));
    gateway.answer('leaveOrganization', () => undefined);
    const { user, address } = open();
    await row('bob@example.com');
    expect(screen.queryByRole('combobox')).toBeNull();
    expect(screen.queryByRole('button', { name: /Invite|Remove/ })).toBeNull();
    expect(gateway.calls('listInvitations')).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Leave' }));
    await user.click(await screen.findByRole('button', { name: 'Leave organization' }));
    await waitFor(() => expect(address()).toBe('/other'));
  });
});
