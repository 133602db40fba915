// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, expect, it } from 'vitest';
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

it('finds objects by name, and says which kinds it searched only in part', { timeout: 60_000 }, async () => {
  const kube = new TestCluster(gateway);
  const named = (name: string) => ({ metadata: { name, namespace: 'shop' } });
  kube.put('/apis/apps/v1/deployments', named('web'), named('my-web'));
  kube.put('/api/v1/pods', ...Array.from({ length: 1000 }, (_, number) => named(`web-${number}`)));
  kube.put('/api/v1/services', named('web'));
  kube.refuse('/api/v1/nodes', 403, 'Forbidden', 'nodes is forbidden');
  const { user, address } = renderPage(<TokensPage />, { gateway, path: '/acme/clusters/shop' });
  await user.keyboard('{Control>}k{/Control}web');
  const palette = within(await screen.findByRole('dialog', { name: 'Command palette' }));
  await palette.findByText('Only the first 1,000 Pods were searched.');
  // Each kind is shown as soon as it has answered.
  for (const name of [/^webDeployment/, /^webService/]) await palette.findByRole('option', { name });
  const objects = within(palette.getByRole('group', { name: 'Objects' }));
  const found = objects.getAllByRole('option').map(({ textContent }) => textContent);
  expect(found.slice(0, 3)).toEqual(['webDeployment in shop', 'webService in shop', 'web-0Pod in shop']);
  expect(found).toHaveLength(20);
  await user.keyboard('{Enter}');
  expect(address()).toBe('/acme/clusters/shop/r/deployments.apps/shop/web');
});

it('asks for names once, although the text is erased before they have come', { timeout: 60_000 }, async () => {
  const kube = new TestCluster(gateway);
  kube.put('/api/v1/pods', { metadata: { name: 'late-0', namespace: 'shop' } });
  kube.put('/api/v1/services', { metadata: { name: 'late', namespace: 'shop' } });
  const answer = kube.hold('/api/v1/pods');
  const { user } = renderPage(<TokensPage />, { gateway, path: '/acme/clusters/shop' });
  await user.keyboard('{Control>}k{/Control}late');
  const palette = within(await screen.findByRole('dialog', { name: 'Command palette' }));
  await palette.findByRole('option', { name: /^lateService/ });
  await user.keyboard('{Backspace>4/}');
  await waitFor(() => expect(palette.queryByRole('option', { name: /^lateService/ })).toBeNull());
  await user.keyboard('late');
  await palette.findByRole('option', { name: /^lateService/ });
  answer();
  await palette.findByRole('option', { name: /^late-0Pod/ });
  const asked = kube.asked.filter(
    ({ pathname, searchParams }) => pathname.endsWith('/pods') && searchParams.get('limit') === '1000',
  );
  expect(asked).toHaveLength(1);
});
