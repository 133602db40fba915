// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KindTable } from '#features/browser/kind-table.tsx';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { TokensPage } from '#features/tokens/tokens-page.tsx';
import { cluster, me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestCluster } from '../../test/test-cluster.ts';
import { TestGateway } from '../../test/test-gateway.ts';

const gateway = new TestGateway();
beforeAll(async () => {
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [cluster({ name: 'shop' })] }));
  gateway.answer('listTokens', () => ({ items: [] }));
  await gateway.start();
});
afterAll(() => gateway.stop());

const openPalette = async (user: ReturnType<typeof renderPage>['user']) => {
  await user.keyboard('{Control>}k{/Control}');
  return within(await screen.findByRole('dialog', { name: 'Command palette' }));
};
/** The labels and keys in the list of shortcuts. */
const shortcuts = (dialog: HTMLElement) =>
  Object.fromEntries(
    [...dialog.querySelectorAll('dl > div')].map((row) => [
      row.querySelector('dt')?.textContent,
      [...row.querySelectorAll('kbd')].map(({ textContent }) => textContent).join(' '),
    ]),
  );

describe('the actions of a page', { timeout: 60_000 }, () => {
  it('are in the list of shortcuts and the palette with their keys, and run from the palette and by key', async () => {
    const { user, address } = renderPage(<TokensPage />, { gateway, path: '/acme/tokens' });
    await screen.findByText('No tokens yet');
    await user.keyboard('?');
    const help = await screen.findByRole('dialog', { name: 'Keyboard shortcuts' });
    expect(shortcuts(help)).toEqual({
      'Create token': 'c',
      'All clusters': 'g c',
      Sessions: 'g s',
      Access: 'g a',
      'API tokens': 'g t',
      'Command palette': 'Ctrl K',
      'Keyboard shortcuts': '?',
    });
    await user.keyboard('{Escape}');

    const palette = await openPalette(user);
    const option = await palette.findByRole('option', { name: /^Create token/ });
    expect(option.textContent).toBe('Create tokenc');
    await user.click(option);
    await screen.findByRole('dialog', { name: 'Create an API token' });
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await user.keyboard('gs');
    expect(address()).toBe('/acme/sessions');
  });

  it('are the same in a row’s menu, by key on the row, and in the palette', async () => {
    const kube = new TestCluster(gateway);
    kube.putTable('/api/v1/pods', ['web-0', 'web-1']);
    const ref = { organization: 'acme', cluster: 'shop' };
    const pods = { ...knownKinds.pods, verbs: ['list', 'watch', 'delete'] };
    const { user, address } = renderPage(<KindTable cluster={ref} resource={pods} />, {
      gateway,
      path: '/acme/clusters/shop/r/pods',
    });
    await screen.findByRole('link', { name: 'web-0' });
    // No row is selected yet, so there is nothing to delete.
    await user.keyboard('d');
    expect(screen.queryByRole('dialog')).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Actions for web-1' }));
    const items = await screen.findAllByRole('menuitem');
    expect(items.map(({ textContent }) => textContent)).toEqual([
      'Logsl',
      'Terminals',
      'YAMLy',
      'Copy name',
      'Copy kubectl describe',
      'Open a port',
      'Deleted',
    ]);
    await user.click(screen.getByRole('menuitem', { name: /^Delete/ }));
    await screen.findByRole('dialog', { name: 'Delete Pod web-1?' });
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

    await user.keyboard('kd');
    await screen.findByRole('dialog', { name: 'Delete Pod web-0?' });
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());

    const palette = await openPalette(user);
    await user.click(await palette.findByRole('option', { name: /^YAML/ }));
    expect(address()).toBe('/acme/clusters/shop/r/pods/shop/web-0?tab=yaml');
  });
});
