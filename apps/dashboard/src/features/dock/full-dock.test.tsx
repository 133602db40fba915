// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { navigate } from '#features/router/address-bar.ts';
import { me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestGateway } from '../../test/test-gateway.ts';
import { closeTab, type DockState, MOST_TABS, openInDock } from './dock-store.ts';

const gateway = new TestGateway();
beforeAll(async () => {
  const [organization] = me.organizations;
  if (organization === undefined) throw new Error('the example has no organization');
  const globex = { ...organization, id: '01a204ec-cdea-70ac-b373-b7fad375e2d8', slug: 'globex', name: 'Globex' };
  gateway.answer('getMe', () => ({ ...me, organizations: [organization, globex] }));
  gateway.answer('listClusters', () => ({ items: [] }));
  await gateway.start();
});
afterAll(() => gateway.stop());
afterEach(() => {
  const { tabs, others }: DockState = JSON.parse(sessionStorage.getItem('postern.dock') ?? '{}');
  // The dock outlives pages.
  for (const { id } of [...tabs, ...others]) act(() => closeTab(id));
});

const open = (pod: string) =>
  act(() =>
    openInDock({
      kind: 'logs',
      selection: {
        ref: { organization: 'acme', cluster: 'shop' },
        of: 'pods',
        pods: [{ namespace: 'default', name: pod }],
      },
    }),
  );
const tab = (pod: string) => screen.queryByRole('button', { name: `Logs: ${pod}` });

describe('a dock with as many tabs as it holds', { timeout: 60_000 }, () => {
  it('asks which one to close for another, and closes none unasked', async () => {
    const { user } = renderPage(<p>A page</p>, { gateway, path: '/acme' });
    await screen.findByText('A page');
    for (let index = 0; index < MOST_TABS; index++) open(`web-${index}`);
    await waitFor(() => expect(tab('web-15')).not.toBeNull());

    open('new');
    const first = await screen.findByRole('dialog', { name: 'Close a tab to open the logs of new' });
    await user.click(within(first).getByRole('button', { name: 'Close none' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(tab('new')).toBeNull();
    expect(tab('web-0')).not.toBeNull();

    open('new');
    const second = await screen.findByRole('dialog');
    await user.click(within(second).getByRole('button', { name: 'Close logs: web-3' }));
    await waitFor(() => expect(tab('new')).not.toBeNull());
    expect(tab('web-3')).toBeNull();
    expect(tab('web-0')).not.toBeNull();
  });
});

describe('the tabs of another organization', { timeout: 60_000 }, () => {
  it('are hidden with the dock, and are back with their organization', async () => {
    renderPage(<p>A page</p>, { gateway, path: '/acme' });
    await screen.findByText('A page');
    open('web-0');
    await waitFor(() => expect(tab('web-0')).not.toBeNull());
    act(() => navigate('/globex'));
    await waitFor(() => expect(tab('web-0')).toBeNull());
    expect(screen.queryByRole('region', { name: 'Dock' })).toBeNull();
    act(() => navigate('/acme'));
    await waitFor(() => expect(tab('web-0')).not.toBeNull());
  });
});
