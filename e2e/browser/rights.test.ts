import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, signUp } from './steps.ts';

const url = inject('url');
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

let browser: Browser;
let page: Page;
let home: string;

/** Sends a request to the API of the demo cluster, as the person signed in. */
async function kube<T>(method: string, path: string, body?: object): Promise<T> {
  const organization = new URL(page.url()).pathname.split('/')[1];
  return await page.evaluate<T>(
    `fetch(${JSON.stringify(`/k8s/${organization}/demo${path}`)}, {
      method: '${method}',
      headers: { 'content-type': 'application/json' },
      body: ${body === undefined ? 'null' : JSON.stringify(JSON.stringify(body))},
    }).then(async (response) => {
      if (!response.ok) throw new Error(await response.text());
      return response.json();
    })`,
  );
}

// In an organization of one, only the cluster's own RBAC can give its owner fewer rights.
beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
  home = await signUp(page, { url, organization: 'Few rights' });
  await page.getByText('Online').first().waitFor();
  await kube('PUT', `${RBAC}/clusterroles/cluster-admin`, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'cluster-admin' },
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ],
  });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

const sentence = (rule: string, where: string) =>
  `You need “${rule}” in ${where}. Ask an administrator for this right.`;
const button = (name: string) => page.getByRole('button', { name, exact: true });

/** Waits until a button is disabled for want of a right. */
async function lacking(name: string, reason: string): Promise<void> {
  await page.locator(`button[aria-disabled=true][title="${reason}"]`).filter({ hasText: name }).waitFor();
}

describe('a person who may only read', () => {
  it('sees what is missing for each action on an object, after one request', async () => {
    const reviews: string[] = [];
    page.on('request', (request) => {
      const kind = /self\w+reviews/.exec(request.url());
      if (kind !== null) reviews.push(kind[0]);
    });
    await page.goto(`${home}/clusters/demo/r/deployments.apps/shop/frontend`);
    await lacking('Scale', sentence('patch deployments/scale', 'shop'));
    await lacking('Restart', sentence('patch deployments', 'shop'));
    expect(reviews).toEqual(['selfsubjectrulesreviews']);
    await button('More actions').click();
    const deletion = page.getByRole('menuitem', { name: /^Delete/ });
    await expect.poll(() => deletion.textContent()).toContain(sentence('delete deployments', 'shop'));
    expect(await deletion.getAttribute('aria-disabled')).toBe('true');
    await deletion.dispatchEvent('click');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.keyboard.press('d');
    await page.getByText('Delete: you do not have the right').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('may read logs, but neither open a terminal nor edit', async () => {
    await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
    await page.locator('[data-row-link]').first().click();
    await lacking('Terminal', sentence('create pods/exec', 'shop'));
    expect(await button('Logs').getAttribute('aria-disabled')).toBeNull();
    await page.getByRole('tab', { name: 'YAML' }).click();
    await lacking('Edit', sentence('update pods', 'shop'));
    await button('Edit').dispatchEvent('click');
    await page.getByText('Edit: you do not have the right').waitFor();
    expect(await button('Review changes').count()).toBe(0);
  });

  it('is told so for a row and for a selection', async () => {
    await page.goto(`${home}/clusters/demo/r/deployments.apps`);
    await page.getByRole('checkbox', { name: 'Select frontend' }).click();
    await lacking('Delete', sentence('delete deployments', 'shop'));
    await button('Actions for frontend').click();
    const deletion = page.getByRole('menuitem', { name: /^Delete/ });
    await expect.poll(() => deletion.textContent()).toContain(sentence('delete deployments', 'shop'));
    await expectAccessible(page);
    await page.keyboard.press('Escape');
  });

  it('is told so in the palette, by name and for nodes, which are in no namespace', async () => {
    const { items } = await kube<{ items: { metadata: { name: string } }[] }>('GET', '/api/v1/nodes');
    const node = items[0]?.metadata.name ?? '';
    for (const [typed, name, rule, where] of [
      ['scale frontend', 'Scale frontend', 'patch deployments/scale', 'shop'],
      [`cordon ${node}`, `Cordon ${node}`, 'patch nodes', 'the whole cluster'],
    ] as const) {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(typed, { delay: 30 });
      const option = page.getByRole('option', { name }).first();
      await expect.poll(() => option.textContent()).toContain(sentence(rule, where));
      expect(await option.getAttribute('aria-disabled')).toBe('true');
      await expectAccessible(page);
      await page.keyboard.press('Enter');
      expect(await page.getByRole('dialog').count()).toBe(1);
      await page.keyboard.press('Escape');
    }
  });

  it('gets the rule in words if the cluster refuses what seemed to be allowed', async () => {
    await page.route(/self\w+reviews/, (route) => route.abort());
    await page.goto(`${home}/clusters/demo/r/deployments.apps/shop/frontend`);
    await button('Restart').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restart' }).click();
    await page.getByText(sentence('patch deployments', 'shop')).waitFor();
    await page.unroute(/self\w+reviews/);
  });
});
