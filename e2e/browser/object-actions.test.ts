import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, signUp } from './steps.ts';

const url = inject('url');
let browser: Browser;
let page: Page;
let home: string;

beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
  home = await signUp(page, { url, organization: 'By name' });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

const dock = () => page.getByRole('region', { name: 'Dock' });
const options = (group: string) => page.getByRole('group', { name: group }).getByRole('option');

/** Types a command; waits until the palette offers it first. */
async function command(text: string, offered: RegExp): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.keyboard.type(text, { delay: 30 });
  await page.locator('[role=option][aria-selected=true]').filter({ hasText: offered }).waitFor();
  await page.keyboard.press('Enter');
}

interface Deployment {
  spec: { replicas: number; template: { metadata: { annotations?: Record<string, string> } } };
}

/** A deployment of the demo's namespace `shop`, as its cluster has it. */
const deployment = (name: string) =>
  page.evaluate<Deployment>(
    `fetch('/k8s/by-name/demo/apis/apps/v1/namespaces/shop/deployments/${name}').then((response) => response.json())`,
  );

describe('before anything is typed, the palette', () => {
  it('shows recent places, latest first, then what fits the page', async () => {
    for (const name of ['catalog', 'payments']) {
      await page.goto(`${home}/clusters/demo/r/deployments.apps/shop/${name}`);
      await page.getByRole('button', { name: 'Restart', exact: true }).waitFor();
      const stored = () => page.evaluate<string>(`Object.values(localStorage).join()`);
      await expect.poll(stored).toContain(`"object":"${name}"`);
    }
    await page.goto(`${home}/clusters/demo/r/deployments.apps/shop/checkout`);
    await page.getByRole('button', { name: 'Restart', exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await options('Recent').first().waitFor();
    const recent = await options('Recent').allTextContents();
    expect(recent.slice(0, 2)).toEqual(['paymentsDeployment in shop', 'catalogDeployment in shop']);
    expect(recent.length).toBeLessThanOrEqual(5);
    const here = await options('This page').allTextContents();
    expect(here.slice(0, 2)).toEqual(['Scalecheckout', 'Restartcheckout']);
    expect(here.at(-1)).toBe('Deletecheckoutd');
    const groups = await page.getByRole('listbox').getByRole('group').all();
    expect(await Promise.all(groups.map((group) => group.getAttribute('aria-label')))).toEqual([
      'Recent',
      'This page',
      'In demo',
      'Clusters',
      'Actions',
    ]);
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${home}/clusters/demo/r/deployments.apps/shop/payments`);
  });

  it('shows another person in the same browser nothing of it', async () => {
    const stored = await page.evaluate<string>('JSON.stringify(localStorage)');
    expect(stored).toContain('checkout');
    const other = await openPage(browser);
    await other.context().addInitScript(`Object.assign(localStorage, ${stored})`);
    const theirs = await signUp(other, { url, organization: 'Someone else' });
    await other.goto(`${theirs}/tokens`);
    await other.getByText('No tokens yet').waitFor();
    await other.keyboard.press('Control+k');
    await other.getByRole('option').first().waitFor();
    expect(await other.getByRole('group', { name: 'Recent' }).count()).toBe(0);
    await other.context().close();
  });
});

describe('from the overview of a cluster, the palette', () => {
  beforeAll(async () => {
    await page.goto(`${home}/clusters/demo`);
    await page
      .getByText(/nodes ready/)
      .first()
      .waitFor();
  });

  it('scales a deployment that it finds by name', async () => {
    const { spec } = await deployment('frontend');
    await command('scale frontend', /^Scale frontendDeployment in shop$/);
    const replicas = page.getByLabel('Replicas');
    await replicas.waitFor();
    expect(await replicas.inputValue()).toBe(String(spec.replicas));
    await expectAccessible(page);
    await replicas.fill(String(spec.replicas + 1));
    await page.keyboard.press('Enter');
    // The overview, too, says it soon after.
    const notifications = page.getByRole('region', { name: 'Notifications' });
    await notifications.getByText(`frontend scaled from ${spec.replicas} to ${spec.replicas + 1}`).waitFor();
    await expect.poll(async () => (await deployment('frontend')).spec.replicas).toBe(spec.replicas + 1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await deployment('frontend')).spec.replicas).toBe(spec.replicas);
  });

  it('restarts one, after asking', async () => {
    const restarts = async () =>
      (await deployment('checkout')).spec.template.metadata.annotations?.['kubectl.kubernetes.io/restartedAt'];
    const before = await restarts();
    await command('restart checkout', /^Restart checkoutDeployment in shop$/);
    await page.getByRole('dialog', { name: 'Restart checkout?' }).waitFor();
    expect(await restarts()).toBe(before);
    await page.getByRole('button', { name: 'Restart', exact: true }).click();
    await page.getByText('checkout restarts').waitFor();
    await expect.poll(restarts).not.toBe(before);
  });

  it('opens the YAML of an object', async () => {
    await command('yaml of frontend-config', /^YAML of frontend-configConfigMap in shop$/);
    await page.waitForURL(`${home}/clusters/demo/r/configmaps/shop/frontend-config?tab=yaml`);
    await page.locator('.cm-content').waitFor();
    await page.goto(`${home}/clusters/demo`);
  });

  it('requests names once per kind, without any contents, however much is typed', async () => {
    await page.reload();
    await page
      .getByText(/nodes ready/)
      .first()
      .waitFor();
    const asked: { path: string; accept: string | undefined }[] = [];
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (searchParams.get('limit') === '1000') asked.push({ path: pathname, accept: request.headers()['accept'] });
    });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('checkout shop', { delay: 30 });
    await options('Objects').first().waitFor();
    for (let letters = 0; letters < 13; letters++) await page.keyboard.press('Backspace');
    await page.keyboard.type('logs of checkout', { delay: 30 });
    await options('Actions on objects').first().waitFor();
    await page.keyboard.press('Escape');
    const names = asked.filter(({ accept }) => accept?.includes('PartialObjectMetadataList'));
    expect(names.length).toBeGreaterThan(4);
    expect(new Set(names.map(({ path }) => path)).size).toBe(names.length);
  });

  it('opens the logs of a pod, and a shell that has the focus', async () => {
    await command('logs of postgres-0', /^Logs of postgres-0Pod in shop$/);
    await dock().getByRole('region', { name: 'Log lines' }).waitFor();
    await command('shell in postgres-0', /^Terminal in postgres-0Pod in shop$/);
    await page.locator('.xterm-helper-textarea:focus').waitFor({ state: 'attached' });
    await page.keyboard.type('echo by-$((40 + 2))\n');
    await page.locator('.xterm-rows').getByText('by-42').first().waitFor();
  });

  it('asks for the name before it deletes anything', async () => {
    await page.locator('main').click();
    await command('delete postgres-0', /^Delete postgres-0Pod in shop$/);
    const dialog = page.getByRole('dialog', { name: 'Delete Pod postgres-0?' });
    await dialog.waitFor();
    expect(await dialog.getByRole('button', { name: 'Delete', exact: true }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('says so if the object cannot be read', async () => {
    await page.route('**/apis/apps/v1/namespaces/shop/deployments/frontend?*', (route) =>
      route.fulfill({ status: 404, json: { kind: 'Status', code: 404, reason: 'NotFound', message: 'It is gone.' } }),
    );
    await command('scale frontend', /^Scale frontendDeployment/);
    await page.getByRole('dialog', { name: 'Scale frontend' }).getByText('It is gone.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.unrouteAll({ behavior: 'wait' });
  });
});
