import { type TestCertificate, testCertificate } from '@postern/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeGateway, fakeGateway } from '../test/gateway.ts';
import type { Shell } from '../test/shell.ts';
import { signedInShell } from '../test/signed-in.ts';

const id = '0195f000-0000-7000-8000-00000000000b';
const ada = { id, kind: 'user', name: 'a@example.com' };
const member = { id, email: 'b@example.com', role: 'member', teams: ['sre'], joinedAt: '2026-11-20T12:00:00.000Z' };
const invitation = {
  id,
  email: 'c@example.com',
  role: 'admin',
  teams: [],
  invitedBy: ada,
  createdAt: '2026-11-21T12:00:00.000Z',
  expiresAt: '2026-11-28T12:00:00.000Z',
};
const team = { id, slug: 'sre', name: 'Site Reliability', createdAt: invitation.createdAt, members: [ada] };
const forbidden = (): [number, object] => [403, { error: { code: 'forbidden', message: 'no' } }];

let certificate: TestCertificate;
let gateway: FakeGateway;
let shell: Shell;
beforeAll(async () => {
  certificate = await testCertificate();
  gateway = await fakeGateway(certificate);
});
afterAll(() => gateway[Symbol.asyncDispose]());
beforeEach(async () => {
  gateway.answers = {};
  shell = await signedInShell(gateway);
  return () => shell[Symbol.dispose]();
});

describe('members', () => {
  it('are invited as scripts rely on', async () => {
    const link = `${gateway.url}/join#postern_invite_x`;
    gateway.answers.inviteMember = () => [201, { invitation, link, mailed: null }];
    const { code, out } = await shell.run('member invite c@example.com --role admin --team sre --json');
    expect([code, JSON.parse(out)]).toEqual([0, { ...invitation, link, mailed: null }]);
    expect(gateway.calls).toMatchObject([
      { params: ['acme'], body: { email: 'c@example.com', role: 'admin', teams: ['sre'] } },
    ]);
    const plain = await shell.run('member invite c@example.com');
    expect([plain.out, plain.err]).toEqual([`${link}\n`, expect.stringContaining('works once, in 7d at the latest')]);
    for (const [mailed, words] of [
      [true, 'c@example.com was sent a link by e-mail'],
      [false, 'The e-mail to c@example.com could not be sent'],
    ]) {
      gateway.answers.inviteMember = () => [201, { invitation, link, mailed }];
      expect((await shell.run('member invite c@example.com')).err).toContain(words);
    }
    expect((await shell.run('member invite c@example.com --role root')).code).toBe(2);
  });

  it('are listed with open invitations, which not everybody may see', async () => {
    gateway.answers.listMembers = () => [200, { items: [member] }];
    gateway.answers.listInvitations = () => [
      200,
      { items: [invitation, { ...invitation, expiresAt: '2026-11-01T12:00:00.000Z' }] },
    ];
    const { out } = await shell.run('member list');
    expect(out).toMatch(/b@example.com +member +sre +1d ago\n/);
    expect(out).toMatch(/c@example.com +admin +- +invited, until in 7d\nc@example.com +admin +- +invitation expired\n/);
    gateway.answers.listInvitations = forbidden;
    expect(JSON.parse((await shell.run('member list --json')).out)).toEqual({ items: [member], invitations: [] });
    gateway.answers.listInvitations = () => [500, { error: { code: 'internal', message: 'broken' } }];
    expect((await shell.run('member list')).code).toBe(1);
  });

  it('lose their second factors after a question, with a proof', async () => {
    gateway.answers.listMembers = () => [200, { items: [member] }];
    gateway.answers.stepUp = () => [204];
    gateway.answers.removeSecondFactor = () => [204];
    expect((await shell.run('member remove-second-factor b@example.com', { answers: ['n'] })).code).toBe(1);
    expect(gateway.calls.map(({ operation }) => operation)).not.toContain('removeSecondFactor');
    const { out } = await shell.run('member remove-second-factor B@example.com --yes --code 123456');
    expect(out).toBe('Removed the second factors of B@example.com.\n');
    expect(gateway.calls.slice(-2)).toMatchObject([
      { operation: 'stepUp', body: { code: '123456' } },
      { operation: 'removeSecondFactor', params: ['acme', id] },
    ]);
  });

  it('get another role, and are removed after a question', async () => {
    gateway.answers.listMembers = () => [200, { items: [member] }];
    gateway.answers.listInvitations = () => [200, { items: [invitation] }];
    gateway.answers.updateMember = () => [200, { ...member, role: 'auditor' }];
    gateway.answers.removeMember = () => [204];
    gateway.answers.revokeInvitation = () => [204];
    expect((await shell.run('member role B@example.com auditor')).out).toBe('b@example.com is auditor now.\n');
    expect((await shell.run('member role nobody@example.com auditor')).code).toBe(4);
    expect((await shell.run('member role b@example.com root')).code).toBe(2);
    expect((await shell.run('member remove b@example.com', { answers: ['n'] })).code).toBe(1);
    expect(gateway.calls.map(({ operation }) => operation)).not.toContain('removeMember');
    expect(JSON.parse((await shell.run('member remove b@example.com --yes --json')).out)).toEqual({
      id,
      removed: true,
    });
    expect((await shell.run('member remove c@example.com')).out).toBe('Revoked the invitation of c@example.com.\n');
    expect(gateway.calls.at(-1)).toMatchObject({ operation: 'revokeInvitation', params: ['acme', id] });
  });
});

describe('teams', () => {
  it('are created, listed, renamed and deleted', async () => {
    gateway.answers.createTeam = () => [201, team];
    gateway.answers.updateTeam = () => [200, team];
    gateway.answers.deleteTeam = () => [204];
    gateway.answers.listTeams = () => [200, { items: [team] }];
    expect(JSON.parse((await shell.run('team create SRE --slug sre --json')).out)).toEqual(team);
    expect((await shell.run('team list')).out).toMatch(/sre +Site Reliability +a@example.com\n/);
    expect((await shell.run('team rename sre Reliability')).code).toBe(0);
    expect(gateway.calls.at(-1)).toMatchObject({ params: ['acme', 'sre'], body: { name: 'Reliability' } });
    expect((await shell.run('team delete sre', { answers: [''] })).code).toBe(1);
    expect((await shell.run('team delete sre', { answers: ['y'] })).out).toBe('Deleted sre.\n');
    gateway.answers.listTeams = () => [200, { items: [] }];
    expect((await shell.run('team list')).out).toContain('postern team create');
  });

  it('get and lose people and service accounts', async () => {
    gateway.answers.addTeamMember = () => [200, team];
    gateway.answers.listTeams = () => [200, { items: [team] }];
    gateway.answers.removeTeamMember = () => [204];
    await shell.run('team add sre b@example.com');
    await shell.run('team add sre ci');
    expect(gateway.calls.map(({ body }) => body)).toEqual([{ user: 'b@example.com' }, { serviceAccount: 'ci' }]);
    expect((await shell.run('team remove sre A@example.com')).code).toBe(0);
    expect(gateway.calls.at(-1)).toMatchObject({ operation: 'removeTeamMember', params: ['acme', 'sre', id] });
    expect((await shell.run('team remove sre b@example.com')).code).toBe(4);
  });
});

describe('organizations', () => {
  const acme = { id, name: 'Acme, Inc.', slug: 'acme', createdAt: invitation.createdAt, breakGlass: false };

  it('are listed, created and changed', async () => {
    gateway.answers.getMe = () => [
      200,
      {
        user: { id, email: 'a@example.com', createdAt: invitation.createdAt },
        organizations: [{ id, name: 'Acme', slug: 'acme', role: 'owner' }],
      },
    ];
    gateway.answers.createOrganization = () => [201, { ...acme, slug: 'second' }];
    gateway.answers.getOrganization = () => [200, acme];
    gateway.answers.updateOrganization = () => [200, { ...acme, breakGlass: true }];
    expect((await shell.run('organization list')).out).toMatch(/acme +Acme +owner\n/);
    expect((await shell.run('organization create Second')).out).toContain('second');
    expect((await shell.run('organization settings')).out).toMatch(/acme +Acme, Inc. +off\n/);
    expect((await shell.run('organization settings --break-glass on --name Acme')).out).toMatch(/ +on\n/);
    expect(gateway.calls.at(-1)?.body).toEqual({ name: 'Acme', breakGlass: true });
    await shell.run('organization settings --break-glass off');
    expect(gateway.calls.at(-1)?.body).toEqual({ breakGlass: false });
  });

  it('are left and deleted only after a question', async () => {
    gateway.answers.leaveOrganization = () => [204];
    gateway.answers.deleteOrganization = () => [204];
    expect((await shell.run('organization leave')).code).toBe(2);
    expect((await shell.run('organization leave --yes')).code).toBe(0);
    expect((await shell.run('organization delete acme')).code).toBe(2);
    expect((await shell.run('organization delete acme', { answers: ['yes'] })).code).toBe(2);
    expect(gateway.calls.map(({ operation }) => operation)).toEqual(['leaveOrganization']);
    expect((await shell.run('organization delete acme', { answers: ['acme'] })).out).toBe('Deleted acme.\n');
  });
});
