// @vitest-environment jsdom
import type { InvitationView, Me } from '@postern/contracts';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { id, me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { Refusal, TestGateway } from '../../test/test-gateway.ts';
import { JoinPage } from './join-page.tsx';

const gateway = new TestGateway();
let view: InvitationView;
let account: Me | undefined;
const other = { id: id(8), name: 'Other', slug: 'other', role: 'member' as const };
const unauthenticated = () => new Refusal(401, { code: 'unauthenticated', message: 'Sign in.', requestId: 'r' });
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
beforeEach(() => {
  window.sessionStorage.clear();
  account = me;
  view = {
    organization: { name: 'Other', slug: 'other' },
    email: 'ada@example.com',
    role: 'member',
    invitedBy: 'eve@example.com',
    expiresAt: '2099-01-01T12:00:00.000Z',
    hasAccount: true,
    provesAddress: false,
    sendsEmail: false,
  };
  gateway.forget();
  gateway.answer('getMe', () => {
    if (account === undefined) throw unauthenticated();
    return account;
  });
  gateway.answer('refresh', () => {
    throw unauthenticated();
  });
  gateway.answer('readInvitation', () => view);
  gateway.answer('acceptInvitation', () => {
    account = { ...me, organizations: [...me.organizations, other] };
    return { organization: { id: other.id, name: other.name, slug: other.slug } };
  });
});
const open = (path = '/join#the-secret') => renderPage(<JoinPage />, { gateway, path });

describe('the page of an invitation', { timeout: 60_000 }, () => {
  it('joins with the account that was invited, and leaves the secret in no address', async () => {
    const { user, address } = open();
    const join = await screen.findByRole('button', { name: 'Join Other' });
    expect(window.location.href).not.toContain('the-secret');
    expect(gateway.calls('readInvitation')[0]?.body).toEqual({ secret: 'the-secret' });
    await user.click(join);
    await waitFor(() => expect(address()).toBe('/other'));
    expect(gateway.calls('acceptInvitation')[0]?.body).toEqual({ secret: 'the-secret' });
    expect(window.sessionStorage.getItem('postern.invitation')).toBeNull();
  });

  it('asks to sign in with exactly the invited address', async () => {
    account = undefined;
    gateway.answer('signIn', () => {
      account = me;
      return me;
    });
    const { user, address } = open();
    await user.click(await screen.findByRole('button', { name: 'Sign in to join' }));
    const email = screen.getByLabelText<HTMLInputElement>('E-mail');
    expect([email.value, email.readOnly]).toEqual(['ada@example.com', true]);
    await user.type(screen.getByLabelText('Password'), 'a long enough password{Enter}');
    await screen.findByRole('button', { name: 'Join Other' });
    expect(address()).toBe('/join');
    expect(gateway.calls('signIn')[0]?.body).toMatchObject({ email: 'ada@example.com' });
  });

  it('makes an account for exactly the invited address, without an organization of its own', async () => {
    account = undefined;
    view = { ...view, hasAccount: false };
    gateway.answer('signUpInvited', () => {
      account = { ...me, organizations: [other] };
      return account;
    });
    const { user, address } = open();
    await user.click(await screen.findByRole('button', { name: 'Create an account to join' }));
    const email = screen.getByLabelText<HTMLInputElement>('E-mail');
    expect([email.value, email.readOnly]).toEqual(['ada@example.com', true]);
    expect(screen.queryByLabelText('Organization')).toBeNull();
    await user.type(screen.getByLabelText('Password'), 'short{Enter}');
    await screen.findByText('At least 10 characters');
    expect(gateway.calls('signUpInvited')).toEqual([]);
    await user.type(screen.getByLabelText('Name'), 'Ada');
    await user.type(screen.getByLabelText('Password'), ', but long enough now{Enter}');
    await waitFor(() => expect(address()).toBe('/other'));
    expect(gateway.calls('signUpInvited')[0]?.body).toEqual({
      secret: 'the-secret',
      password: 'short, but long enough now',
      name: 'Ada',
    });
    expect(window.sessionStorage.getItem('postern.invitation')).toBeNull();
  });

  it.each([
    [true, true],
    [false, false],
  ])(
    'asks for the link in the e-mail where that is needed for an account (sent: %s)',
    async (provesAddress, offers) => {
      account = undefined;
      view = { ...view, hasAccount: false, sendsEmail: true, provesAddress };
      open();
      await screen.findByText(offers ? 'Create an account to join' : /open the link that was sent to this address/);
      expect(screen.queryByRole('button', { name: 'Create an account to join' }) !== null).toBe(offers);
    },
  );

  it('says that it is for another address', async () => {
    view = { ...view, email: 'bob@example.com' };
    open();
    await screen.findByText('This invitation is for bob@example.com, and you are signed in as ada@example.com.');
    expect(screen.queryByRole('button', { name: 'Join Other' })).toBeNull();
  });

  it('says that it is used or expired', async () => {
    gateway.answer('readInvitation', () => {
      throw new Refusal(410, { code: 'gone', message: 'This invitation does not exist any more.', requestId: 'r' });
    });
    open();
    await screen.findByRole('heading', { name: 'This invitation cannot be used' });
    await screen.findByText('This invitation does not exist any more.');
  });

  it('says so without a secret, and keeps one over a reload', async () => {
    open('/join');
    await screen.findByRole('heading', { name: 'This link is incomplete' });
    expect(gateway.calls('readInvitation')).toEqual([]);
    cleanup();
    window.sessionStorage.setItem('postern.invitation', 'kept');
    open('/join');
    await screen.findByRole('button', { name: 'Join Other' });
    expect(gateway.calls('readInvitation')[0]?.body).toEqual({ secret: 'kept' });
  });
});
