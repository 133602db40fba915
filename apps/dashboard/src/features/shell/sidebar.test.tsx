// @vitest-environment jsdom
import { type Role, rolePermissions } from '@postern/contracts';
import { screen, within } from '@testing-library/react';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { me } from '../../test/examples.ts';
import { renderPage } from '../../test/render-page.tsx';
import { TestGateway } from '../../test/test-gateway.ts';

const gateway = new TestGateway();
beforeAll(() => gateway.start());
afterAll(() => gateway.stop());
beforeEach(() => {
  gateway.forget();
  gateway.answer('listClusters', () => ({ items: [] }));
});

/** The links of the sidebar for a role, once it is known. */
async function linksFor(role: Role): Promise<(string | null)[]> {
  gateway.answer('getMe', () => ({
    ...me,
    organizations: me.organizations.map((organization) => ({ ...organization, role })),
  }));
  renderPage(<h1>The page</h1>, { gateway, path: '/acme/sessions' });
  // The gate shows the page when it knows the role.
  await screen.findByRole('heading', { name: 'The page' });
  const nav = within(screen.getByRole('navigation', { name: 'Organization' }));
  return nav.getAllByRole('link').map((link) => link.getAttribute('aria-label') ?? link.textContent.trim());
}

const everyone = ['Clusters', 'Sessions', 'Access', 'Requests', 'Members', 'Teams', 'API tokens', 'Settings'];

it.each<[Role, string[]]>([
  ['member', everyone],
  ['auditor', [...everyone, 'Audit', 'Service accounts']],
  ['admin', [...everyone, 'Audit', 'Service accounts', 'Add cluster']],
  ['owner', [...everyone, 'Audit', 'Service accounts', 'Add cluster']],
])(
  'shows a %s the pages that the role may see, and no others',
  async (role, links) => {
    expect((await linksFor(role)).toSorted()).toEqual(links.toSorted());
    expect(rolePermissions[role].includes('service-account:read')).toBe(links.includes('Service accounts'));
  },
  60_000,
);
