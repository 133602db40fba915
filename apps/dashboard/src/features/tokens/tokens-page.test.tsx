// @vitest-environment jsdom
import type { ApiToken } from '@postern/contracts';
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cluster, id, me, token } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { Refusal, TestGateway } from '../../test/test-gateway.ts';
import { TokensPage } from './tokens-page.tsx';

const gateway = new TestGateway();
let tokens: ApiToken[];
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
beforeEach(() => {
  tokens = [token()];
  gateway.forget();
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [cluster({ id: id(10), name: 'shop' })] }));
  gateway.answer('listTokens', () => ({ items: tokens }));
});

const open = () => renderPage(<TokensPage />, { gateway, path: '/acme/tokens' });
const row = (name: string) => screen.findByRole('row', { name: new RegExp(name) });

describe('the page of API tokens', { timeout: 60_000 }, () => {
  it('shows what each token is for, when it was last used and when it expires', async () => {
    tokens = [
      token({ id: id(21), name: 'deploy pipeline', hint: 'pst_dep' }),
      token({
        id: id(22),
        name: 'my laptop',
        kind: 'kubeconfig',
        clusterId: id(10),
        lastUsedAt: '2026-01-01T12:00:00.000Z',
      }),
      token({ id: id(23), name: 'old cluster', kind: 'kubeconfig', clusterId: id(99) }),
      token({ id: id(24), name: 'past its time', kind: 'cli', expiresAt: '2020-01-01T00:00:00.000Z' }),
    ];
    open();
    const first = await row('deploy pipeline');
    expectWords(first, 'pst_dep…', 'API', 'never');
    // The names of clusters come with a response of their own.
    await screen.findByText('a deleted cluster');
    expectWords(await row('my laptop'), 'Kubeconfig', 'shop', 'ago');
    expectWords(await row('old cluster'), 'a deleted cluster');
    expectWords(await row('past its time'), 'Command line', 'expired');
    expect(gateway.calls('listTokens')[0]?.params).toEqual({ organization: 'acme' });
  });

  it('has a hint if there are no tokens', async () => {
    tokens = [];
    open();
    await screen.findByText('No tokens yet');
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('shows an error, and retries on request', async () => {
    let refuse = true;
    gateway.answer('listTokens', () => {
      if (refuse) throw new Refusal(403, { code: 'forbidden', message: 'Viewers have no tokens.', requestId: 'r' });
      return { items: tokens };
    });
    const { user } = open();
    await screen.findByText('Viewers have no tokens.');
    refuse = false;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await row('deploy pipeline');
    expect(screen.queryByText('Viewers have no tokens.')).toBeNull();
  });

  it('creates a token, shows its secret once, and lists it', async () => {
    gateway.answer('createToken', ({ body }) => {
      const made = token({ id: id(25), name: (body as { name: string }).name });
      tokens = [...tokens, made];
      return { token: made, secret: 'pst_the-whole-secret' };
    });
    const { user } = open();
    await row('deploy pipeline');
    await user.click(screen.getByRole('button', { name: 'Create token' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Create an API token' }));
    const send = () => user.click(dialog.getByRole('button', { name: 'Create token' }));
    await send();
    await dialog.findByText('Give it a name');
    expect(gateway.calls('createToken')).toEqual([]);

    await user.type(dialog.getByLabelText('Name'), '  nightly backup ');
    await user.selectOptions(dialog.getByLabelText('Works for'), '7 days');
    await send();
    await screen.findByRole('dialog', { name: 'Copy the token now' });
    expect(gateway.calls('createToken')[0]?.body).toEqual({ name: 'nightly backup', expiresInSeconds: 604_800 });
    expect(document.body.textContent).not.toContain('pst_the-whole-secret');
    await user.click(screen.getByRole('button', { name: 'Show' }));
    expect(screen.getByRole('dialog').textContent).toContain('pst_the-whole-secret');

    await user.click(screen.getByRole('button', { name: 'Done' }));
    await row('nightly backup');
    await user.click(screen.getByRole('button', { name: 'Create token' }));
    await screen.findByRole('dialog', { name: 'Create an API token' });
    expect(document.body.textContent).not.toContain('pst_the-whole-secret');
  });

  it('shows the gateway’s error next to its field', async () => {
    gateway.answer('createToken', () => {
      const fields = [{ path: 'name', message: 'That name is taken' }];
      throw new Refusal(400, { code: 'invalid-request', message: 'Not valid.', fields, requestId: 'r' });
    });
    const { user } = open();
    await row('deploy pipeline');
    // The shortcut of the action.
    await user.keyboard('c');
    const dialog = within(await screen.findByRole('dialog', { name: 'Create an API token' }));
    await user.type(dialog.getByLabelText('Name'), 'again{Enter}');
    await dialog.findByText('That name is taken');
    expect(dialog.getByLabelText('Name').getAttribute('aria-invalid')).toBe('true');
  });

  it('revokes a token after confirmation, and keeps it in the list if that fails', async () => {
    let refuse = true;
    gateway.answer('revokeToken', () => {
      if (refuse) throw new Refusal(403, { code: 'forbidden', message: 'Not yours.', requestId: 'r' });
      return undefined;
    });
    const { user } = open();
    const shown = await row('deploy pipeline');
    await user.click(within(shown).getByRole('button', { name: 'Revoke deploy pipeline' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Revoke deploy pipeline?' }));
    expect(gateway.calls('revokeToken')).toEqual([]);
    await user.click(dialog.getByRole('button', { name: 'Revoke token' }));
    await dialog.findByText('Not yours.');
    expect(shown.isConnected).toBe(true);

    refuse = false;
    await user.click(dialog.getByRole('button', { name: 'Revoke token' }));
    await screen.findByText('Token deploy pipeline is revoked.');
    await waitFor(() => expect(shown.isConnected).toBe(false));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(gateway.calls('revokeToken').map(({ params }) => params['token'])).toEqual([id(20), id(20)]);
  });
});
