// @vitest-environment jsdom
import type { ApiToken, ServiceAccount } from '@postern/contracts';
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cluster, id, me, token } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestGateway } from '../../test/test-gateway.ts';
import { ServiceAccountsPage } from './service-accounts-page.tsx';

const AT = '2026-01-01T12:00:00.000Z';
const gateway = new TestGateway();
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
const row = (name: string) => screen.findByRole('row', { name: new RegExp(name) });
let accounts: ServiceAccount[];
let tokens: ApiToken[];
const account = (over: Partial<ServiceAccount> = {}): ServiceAccount => ({
  id: id(5),
  name: 'deploy',
  description: 'From the main branch',
  createdAt: AT,
  createdBy: { id: id(1), kind: 'user', name: 'ada@example.com' },
  tokens: 1,
  lastUsedAt: null,
  ...over,
});
beforeEach(() => {
  gateway.forget();
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [cluster()] }));
  accounts = [account()];
  tokens = [token({ name: 'pipeline' })];
  gateway.answer('listServiceAccounts', () => ({ items: accounts }));
  gateway.answer('listServiceAccountTokens', () => ({ items: tokens }));
});
const open = () => renderPage(<ServiceAccountsPage />, { gateway, path: '/acme/service-accounts' });

describe('the page of service accounts', { timeout: 60_000 }, () => {
  it('creates and deletes them', async () => {
    gateway.answer('createServiceAccount', ({ body }) => {
      const made = account({ id: id(6), ...(body as { name: string; description: string }), tokens: 0 });
      accounts = [...accounts, made];
      return made;
    });
    gateway.answer('deleteServiceAccount', () => undefined);
    const { user } = open();
    expectWords(await row('deploy'), 'From the main branch', 'by ada@example.com', 'never', '1 token');
    await user.click(screen.getByRole('button', { name: 'Create service account' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Create a service account' }));
    await user.type(dialog.getByLabelText('Name'), 'backup');
    await user.type(dialog.getByLabelText('Description'), 'Nightly');
    await user.click(dialog.getByRole('button', { name: 'Create service account' }));
    expectWords(await row('backup'), 'Nightly', '0 tokens');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const shown = await row('deploy');
    await user.click(screen.getByRole('button', { name: 'Delete deploy' }));
    await user.click(await screen.findByRole('button', { name: 'Delete service account' }));
    await waitFor(() => expect(shown.isConnected).toBe(false));
    expect(gateway.calls('deleteServiceAccount')[0]?.params['serviceAccount']).toBe('deploy');
  });

  it('makes and revokes tokens with scopes', async () => {
    gateway.answer('createServiceAccountToken', ({ body }) => {
      const made = token({ id: id(26), ...(body as { name: string; scopes: string[] }) });
      tokens = [...tokens, made];
      return { token: made, secret: 'pst_the-whole-secret' };
    });
    gateway.answer('revokeServiceAccountToken', () => undefined);
    const { user } = open();
    await row('deploy');
    await user.click(screen.getByRole('button', { name: 'Tokens of deploy' }));
    await screen.findByRole('dialog', { name: 'Tokens of deploy' });
    expectWords(await row('pipeline'), 'cluster:read, cluster:use');
    await user.click(screen.getByRole('button', { name: 'Create token' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Create an API token' }));
    await user.type(dialog.getByLabelText('Name'), 'releases');
    await user.selectOptions(dialog.getByLabelText('May'), 'Only what is chosen');
    // Never more than a service account may.
    expect(dialog.queryByLabelText('member:manage')).toBeNull();
    await user.click(dialog.getByRole('button', { name: 'Create token' }));
    await dialog.findByText('Choose at least one');
    await user.click(dialog.getByLabelText('cluster:read'));
    await user.click(dialog.getByRole('button', { name: 'Create token' }));
    await screen.findByRole('dialog', { name: 'Copy the token now' });
    expect(gateway.calls('createServiceAccountToken')[0]).toMatchObject({
      params: { serviceAccount: 'deploy' },
      body: { name: 'releases', scopes: ['cluster:read'] },
    });
    await user.click(screen.getAllByRole('button', { name: 'Done' }).at(-1) as HTMLElement);
    await row('releases');
    expect(document.body.textContent).not.toContain('pst_the-whole-secret');
    await user.click(screen.getByRole('button', { name: 'Revoke pipeline' }));
    await user.click(await screen.findByRole('button', { name: 'Revoke token' }));
    await screen.findByText('Token pipeline is revoked.');
    expect(gateway.calls('revokeServiceAccountToken')[0]?.params['token']).toBe(id(20));
  });
});
