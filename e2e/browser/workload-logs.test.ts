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
const created: string[] = [];

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
afterAll(async () => {
  // The tests share one demo cluster.
  for (const name of created) await kube('DELETE', `/api/v1/namespaces/shop/pods/${name}`);
  await browser.close();
});

const dock = () => page.getByRole('region', { name: 'Dock' });
const lines = () => dock().getByRole('region', { name: 'Log lines' });
const texts = () => lines().locator('[data-index]').allTextContents();
/** The dock also contains the logs of other tabs, hidden. */
const following = () =>
  dock().getByText('Following', { exact: true }).filter({ visible: true }).first().waitFor(PATIENT);
const at = (path: string) => page.goto(`${home}/clusters/demo/r/${path}`);

/** Saves the lines shown: all of them, unlike those that are rendered. */
async function save(): Promise<{ name: string; written: string[] }> {
  await dock().getByRole('button', { name: 'Download' }).click();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Lines shown' }).click(),
  ]);
  const written = (await readFile(await saved.path(), 'utf8')).trimEnd().split('\n');
  return { name: saved.suggestedFilename(), written };
}

/** The numbers that the pods of the tests write, one a line. */
const ticks = async () => (await save()).written.flatMap((line) => /tick (\d+)/.exec(line)?.[1] ?? []).map(Number);

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
  created.push(name);
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
  await lines()
    .getByText(/The stream ended and was resumed, \d\d:\d\d:\d\d$/)
    .first()
    .waitFor(PATIENT);
  // 3 s of lines fit into a file: these are of four at least.
  await expect.poll(async () => (await ticks()).length, PATIENT).toBeGreaterThan(90);
  await dock().getByRole('button', { name: 'Pause' }).click();
  await dock().getByText('Paused', { exact: true }).waitFor();
  const numbers = await ticks();
  const [first = 0] = numbers;
  expect(numbers).toEqual(numbers.map((_, index) => first + index));
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
  const starts = async () => (await ticks()).filter((tick) => tick === 0).length;
  await expect.poll(starts, PATIENT).toBeGreaterThan(1);
  // Opened anew, it begins with the run before.
  await page.reload();
  await lines()
    .getByText(/The container restarted after exit code 1, \d\d:\d\d:\d\d$/)
    .first()
    .waitFor(PATIENT);
  expect(await starts()).toBeGreaterThan(1);
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

  const { name, written } = await save();
  expect(name).toBe('checkout.log');
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
