// @vitest-environment jsdom
import type { Organization } from '@postern/contracts';
import { screen, waitFor } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cluster, id, me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { Refusal, TestGateway } from '../../test/test-gateway.ts';
import { SettingsPage } from './settings-page.tsx';

const AT = '2026-01-01T12:00:00.000Z';
const gateway = new TestGateway();
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
const acme: Organization = { id: id(2), name: 'Acme', slug: 'acme', createdAt: AT, breakGlass: false };
beforeEach(() => {
  gateway.forget();
  gateway.answer('getMe', () => me);
  gateway.answer('listClusters', () => ({ items: [cluster()] }));
  gateway.answer('getOrganization', () => acme);
});
const open = () => renderPage(<SettingsPage />, { gateway, path: '/acme/settings' });

describe('the settings of an organization', { timeout: 60_000 }, () => {
  it('are saved as often as they change', async () => {
    let refuse = true;
    gateway.answer('updateOrganization', ({ body }) => {
      if (refuse) throw new Refusal(403, { code: 'forbidden', message: 'Not yours.', requestId: 'r' });
      return { ...acme, ...(body as object) };
    });
    const { user } = open();
    const name = await screen.findByLabelText('Name');
    const save = () => user.click(screen.getByRole('button', { name: 'Save' }));
    await user.clear(name);
    await save();
    await screen.findByText('Give it a name');
    await user.type(name, 'Acme Ltd');
    await user.click(screen.getByLabelText(/In an emergency/));
    await save();
    await screen.findByText('Not yours.');
    refuse = false;
    await save();
    await screen.findByText('The settings are saved.');
    expect(gateway.calls('updateOrganization').at(-1)?.body).toEqual({ name: 'Acme Ltd', breakGlass: true });
    await user.click(screen.getByLabelText(/In an emergency/));
    await save();
    await waitFor(() =>
      expect(gateway.calls('updateOrganization').at(-1)?.body).toEqual({ name: 'Acme Ltd', breakGlass: false }),
    );
  });

  it('delete it once its slug is typed', async () => {
    const organizations = [...me.organizations, { id: id(8), name: 'Other', slug: 'other', role: 'owner' as const }];
    gateway.answer('getMe', () => ({ ...me, organizations }));
    gateway.answer('deleteOrganization', () => undefined);
    const { user, address } = open();
    await user.click(await screen.findByRole('button', { name: 'Delete organization' }));
    const dialog = await screen.findByRole('dialog', { name: 'Delete Acme?' });
    const confirm = [...dialog.querySelectorAll('button')].find((one) => one.textContent === 'Delete organization');
    expect(confirm?.disabled).toBe(true);
    await user.type(screen.getByLabelText('Type acme to confirm'), 'acme{Enter}');
    await waitFor(() => expect(address()).toBe('/other'));
    expect(gateway.calls('deleteOrganization')[0]).toMatchObject({
      params: { organization: 'acme' },
      query: { confirm: 'acme' },
    });
  });

  it('cannot be changed by a member', async () => {
    const organizations = [{ id: id(2), name: 'Acme', slug: 'acme', role: 'member' as const }];
    gateway.answer('getMe', () => ({ ...me, organizations }));
    open();
    expect((await screen.findByLabelText<HTMLInputElement>('Name')).readOnly).toBe(true);
    expect(screen.queryByRole('button', { name: /Save|Delete/ })).toBeNull();
  });

  it('are beside a menu that makes another organization', async () => {
    let organizations = me.organizations;
    gateway.answer('getMe', () => ({ ...me, organizations }));
    gateway.answer('createOrganization', ({ body }) => {
      const made = { ...acme, id: id(7), slug: 'other', name: (body as { name: string }).name };
      organizations = [...organizations, { id: made.id, slug: made.slug, name: made.name, role: 'owner' }];
      return made;
    });
    const { user, address } = open();
    await screen.findByLabelText('Name');
    await user.click(screen.getByRole('button', { name: 'Organization Acme' }));
    await user.click(await screen.findByRole('menuitem', { name: 'New organization' }));
    await screen.findByRole('dialog', { name: 'New organization' });
    await user.click(screen.getByRole('button', { name: 'Create organization' }));
    await screen.findByText('Give it a name');
    await user.type(screen.getAllByLabelText('Name').at(-1) as HTMLElement, 'Other{Enter}');
    await waitFor(() => expect(address()).toBe('/other'));
  });
});
