// @vitest-environment jsdom
import type { Cluster, Role } from '@postern/contracts';
import { screen, waitFor, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cluster, id, me } from '../../test/examples.ts';
import { expectWords } from '../../test/expect-words.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestGateway } from '../../test/test-gateway.ts';
import { ClustersPage } from './clusters-page.tsx';

const gateway = new TestGateway();
const policy = {
  readOnly: true,
  allowedGroups: ['sre'],
  allowImpersonation: false,
  namespaces: ['till'],
  allowProxy: false,
};
let role: Role;
let shown: Cluster;
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
beforeEach(() => {
  role = 'admin';
  shown = cluster({
    capabilities: { impersonate: true, listNodes: true, bindings: 'present', metricsApi: true, policy },
  });
  gateway.forget();
  gateway.answer('getMe', () => ({ ...me, organizations: [{ id: id(2), name: 'Acme', slug: 'acme', role }] }));
  gateway.answer('listClusters', () => ({ items: [shown] }));
  gateway.answer('getAuditSettings', () => ({
    retentionDays: 365,
    clusters: [{ id: shown.id, name: 'shop', mode: 'fail-open' as const }],
  }));
});

async function open() {
  const page = renderPage(<ClustersPage />, { gateway, path: '/acme' });
  await page.user.click(await screen.findByRole('button', { name: 'Actions for shop' }));
  await page.user.click(await screen.findByRole('menuitem', { name: 'Policies' }));
  return { ...page, dialog: await screen.findByRole('dialog', { name: 'Policies of shop' }) };
}

describe('the policies of a cluster', { timeout: 60_000 }, () => {
  it('are changed where they differ, beside what the agent allows', async () => {
    gateway.answer('updateCluster', ({ body }) => ({ ...shown, ...(body as Partial<Cluster>) }));
    gateway.answer('updateClusterAudit', ({ body }) => body as { mode: 'fail-closed' });
    const { user, dialog } = await open();
    const inside = within(dialog);
    expectWords(inside.getByRole('region', { name: 'What the agent allows' }), 'read-only', 'till', 'sre');
    await user.selectOptions(await inside.findByLabelText('While the audit trail cannot be written'), 'fail-closed');
    await user.click(inside.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(gateway.calls('updateClusterAudit')[0]).toMatchObject({
      params: { cluster: 'shop' },
      body: { mode: 'fail-closed' },
    });
    expect(gateway.calls('updateCluster')).toHaveLength(0);
  });

  it('record what people type only when somebody says so', async () => {
    gateway.answer('updateCluster', ({ body }) => ({ ...shown, ...(body as Partial<Cluster>) }));
    const { user, dialog } = await open();
    await user.selectOptions(within(dialog).getByLabelText(/^Recording/), 'required');
    const input = within(dialog).getByRole<HTMLInputElement>('checkbox', { name: /people type/ });
    expect(input.checked).toBe(false);
    await user.click(input);
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(gateway.calls('updateCluster')[0]?.body).toEqual({ recording: { mode: 'required', input: true } });
  });

  it('are shown to members, who cannot change them', async () => {
    role = 'member';
    const { dialog } = await open();
    expect(within(dialog).getByLabelText<HTMLSelectElement>(/^Recording/).disabled).toBe(true);
    expect(within(dialog).queryByRole('button', { name: 'Save' })).toBeNull();
    expect(gateway.calls('getAuditSettings')).toHaveLength(0);
  });
});
