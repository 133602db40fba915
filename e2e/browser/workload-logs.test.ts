import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, signUp } from './steps.ts';

const url = inject('url');
const PATIENT = { timeout: 30_000 };
let browser: Browser;
let page: Page;
let home: string;
let organization: string;

beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
  home = await signUp(page, { url, organization: 'Readers of many logs' });
  organization = new URL(home).pathname.split('/')[1] ?? '';
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
  // Each test has a dock of its own.
  await page.evaluate(() => sessionStorage.clear());
});
afterAll(() => browser.close());

const dock = () => page.getByRole('region', { name: 'Dock' });
const lines = () => dock().getByRole('region', { name: 'Log lines' });
const texts = () => lines().locator('[data-index]').allTextContents();
const following = () => dock().getByText('Following', { exact: true }).waitFor(PATIENT);
const at = (path: string) => page.goto(`${home}/clusters/demo/r/${path}`);

/** Sends a request to the demo cluster as the signed-in person. @returns the parsed response. */
async function kube(method: string, path: string, body?: unknown): Promise<unknown> {
  const request = { method, path: `/k8s/${organization}/demo${path}`, body: JSON.stringify(body) };
  return await page.evaluate(async ({ method, path, body }) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const response = await fetch(path, { method, headers: { 'content-type': type }, ...(body && { body }) });
    if (!response.ok) throw new Error(await response.text());
    return await response.json();
  }, request);
}

async function createPod(name: string, annotations: Record<string, string>, labels: Record<string, string> = {}) {
  await kube('POST', '/api/v1/namespaces/shop/pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations, labels },
    spec: { containers: [{ name: 'app', image: 'example.com/app:1' }] },
  });
}

it('follows a deployment over a rollout: the pods that come join, the lines of those that go stay', async () => {
  await at('deployments.apps/shop/frontend');
  await page.getByRole('button', { name: 'Logs', exact: true }).click();
  await following();
  await dock().getByRole('button', { name: '3 containers' }).waitFor();
  await expect.poll(async () => (await texts()).length, PATIENT).toBeGreaterThan(10);
  await expectAccessible(page);

  await kube('PATCH', '/apis/apps/v1/namespaces/shop/deployments/frontend', {
    spec: {
      template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() } } },
    },
  });
  await lines()
    .getByText(/Pod frontend-\S+ joined.*, \d\d:\d\d:\d\d$/)
    .first()
    .waitFor(PATIENT);
  await lines()
    .getByText(/Pod frontend-\S+ ended.*, \d\d:\d\d:\d\d$/)
    .first()
    .waitFor(PATIENT);
  await expect.poll(async () => dock().getByRole('button', { name: '6 containers' }).count(), PATIENT).toBe(1);
  await dock().getByRole('button', { name: '6 containers' }).click();
  await expect.poll(() => page.getByRole('menuitemcheckbox', { name: /ended$/ }).count(), PATIENT).toBe(3);
  expect(await page.getByRole('menuitemcheckbox', { name: /following$/ }).count()).toBe(3);
  // Hiding all that are gone leaves the lines of the others.
  const [shown = ''] = await dock()
    .getByText(/^[\d,]+ lines$/)
    .allTextContents();
  await page
    .getByRole('menuitemcheckbox', { name: /ended$/ })
    .first()
    .click();
  await dock()
    .getByText(/^[\d,]+ of [\d,]+ lines$/)
    .waitFor();
  expect(shown).not.toBe('');
  await page.keyboard.press('Escape');
});

it('goes on after rotations without losing or repeating a line, and says where', async () => {
  await at('pods?ns=shop');
  await createPod('rotating', { 'demo.postern.dev/log': 'every 100ms, rotated every 3s' });
  await at('pods/shop/rotating?tab=logs');
  await following();
  const seams = () =>
    lines()
      .getByText(/The stream ended and was resumed/)
      .count();
  await expect.poll(seams, PATIENT).toBeGreaterThan(1);
  await dock().getByRole('button', { name: 'Pause' }).click();
  await dock().getByText('Paused', { exact: true }).waitFor();
  const ticks = (await texts()).flatMap((text) => /tick (\d+)/.exec(text)?.[1] ?? []).map(Number);
  const [first = 0] = ticks;
  expect(ticks.length).toBeGreaterThan(30);
  expect(ticks).toEqual(ticks.map((_, index) => first + index));
  await dock().getByRole('button', { name: 'Continue' }).click();
  await following();
});

it('shows the run before and the run after a restart in one log', async () => {
  await at('pods?ns=shop');
  await createPod('crashing', { 'demo.postern.dev/behaviour': 'crash 4s', 'demo.postern.dev/log': 'every 200ms' });
  await at('pods/shop/crashing?tab=logs');
  await lines()
    .getByText(/The container restarted after exit code 1, \d\d:\d\d:\d\d$/)
    .first()
    .waitFor(PATIENT);
  await expect.poll(async () => (await texts()).filter((text) => text.includes('tick 0')).length, PATIENT).toBe(2);
  // Opened anew, it begins with the run before.
  await page.reload();
  await lines()
    .getByText(/The container restarted after exit code 1, \d\d:\d\d:\d\d$/)
    .first()
    .waitFor(PATIENT);
  expect((await texts()).filter((text) => text.includes('tick 0')).length).toBe(2);
});

it('filters by severity and by fields of JSON lines, searches, unfolds, and saves what is shown', async () => {
  await at('deployments.apps/shop/checkout?tab=logs');
  await following();
  await dock().getByRole('combobox', { name: 'Container' }).selectOption('checkout');
  await dock().getByRole('button', { name: '2 containers' }).waitFor();
  await expect.poll(async () => (await texts()).length, PATIENT).toBeGreaterThan(10);

  await dock().getByRole('combobox', { name: 'Severity' }).selectOption('Errors');
  const levels = async () => [...new Set((await texts()).map((text) => /"level":"(\w+)"/.exec(text)?.[1]))];
  await expect.poll(levels, PATIENT).toEqual(['error']);
  await dock().getByRole('combobox', { name: 'Severity' }).selectOption('All levels');
  const filter = dock().getByRole('searchbox', { name: 'Filter lines' });
  await filter.fill('level=warn msg~payment');
  await expect.poll(levels, PATIENT).toEqual(['warn']);
  for (const text of await texts()) expect(text).toContain('retrying payment');

  await dock().getByRole('searchbox', { name: 'Search in the log' }).fill('RETRYING');
  await dock()
    .getByText(/^[\d,]+\/[\d,]+$/)
    .waitFor();
  await expect.poll(() => lines().locator('mark').count()).toBeGreaterThan(0);
  await lines().getByRole('button', { name: 'Unfold this line' }).last().click();
  await lines().getByText('"durationMs":').first().waitFor();
  await expectAccessible(page);

  await dock().getByRole('button', { name: 'Download' }).click();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Lines shown' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('checkout.log');
  const written = (await readFile(await saved.path(), 'utf8')).trimEnd().split('\n');
  expect(written.length).toBeGreaterThan(0);
  for (const line of written) expect(line).toMatch(/^\w{5} \{.*"level":"warn".*retrying payment/);
});

it('opens the logs of selected pods, of labels, of a namespace, and from the palette and the address', async () => {
  await at('pods?ns=shop&q=catalog');
  const boxes = page.getByRole('checkbox', { name: /^Select catalog-/ });
  await boxes.first().check();
  await boxes.nth(1).check();
  await page.getByRole('button', { name: 'Logs', exact: true }).click();
  await dock().getByRole('button', { name: 'Logs: 2 pods', exact: true }).waitFor();
  await following();

  await at('pods?ns=shop&logs=app%3Dfrontend');
  await dock().getByRole('button', { name: 'Logs: app=frontend', exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.has('logs')).toBe(false);

  await at('namespaces/-/shop');
  await page.getByRole('button', { name: 'Logs', exact: true }).click();
  await dock().getByRole('button', { name: 'Logs: shop', exact: true }).waitFor();
  await following();

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Command palette' }).fill('logs of redis');
  await page
    .getByRole('option', { name: /^Logs of redis/ })
    .first()
    .click();
  await dock()
    .getByRole('button', { name: /^Logs: redis/ })
    .waitFor();
});
