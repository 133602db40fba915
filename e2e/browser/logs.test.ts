import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, signUp } from './steps.ts';

const url = inject('url');
const PATIENT = { timeout: 20_000 };
let browser: Browser;
let page: Page;
let home: string;

beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
  home = await signUp(page, { url, organization: 'Log readers' });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

/** Opens the log of a pod in the demo's namespace `shop` in the dock. */
async function openLogs(pod: RegExp): Promise<void> {
  await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: pod }) });
  await row
    .first()
    .getByRole('button', { name: /^Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: /^Logs/ }).click();
}

const dock = () => page.getByRole('region', { name: 'Dock' });
const lines = () => dock().getByRole('region', { name: 'Log lines' });
/** The page also contains the logs of other tabs, hidden. */
const state = (words: RegExp) => dock().getByText(words).filter({ visible: true }).first();

it('shows the log of the previous container of one that crashes, and returns to the current one', async () => {
  await openLogs(/^payments-/);
  const before = dock().getByRole('button', { name: 'Previous container' });
  await before.click();
  await lines().getByText('Error: cannot start without a signing key').first().waitFor();
  await dock().getByText('End of the previous container’s log.').waitFor();
  expect(await before.getAttribute('aria-pressed')).toBe('true');
  await expectAccessible(page);
  await before.click();
  await state(/^Following|is waiting to start|will be started again/).waitFor();
  expect(await dock().getByText('End of the previous container’s log.').count()).toBe(0);
});

it('says so if there was no previous container', async () => {
  await openLogs(/^checkout-/);
  const before = dock().getByRole('button', { name: 'Previous container' });
  await state(/^Following/).waitFor();
  await before.click();
  await lines()
    .getByText(/this one has not restarted/)
    .waitFor();
  await lines().getByRole('button', { name: 'Try again' }).waitFor();
  await expectAccessible(page);
  await before.click();
  await state(/^Following/).waitFor();
});

it('switches between the containers of a pod, and remembers the choice', async () => {
  await openLogs(/^checkout-/);
  const container = dock().getByRole('combobox', { name: 'Container' });
  // The default container is named by the annotation; it need not be the first.
  await container.waitFor();
  await expect.poll(() => container.inputValue(), PATIENT).toBe('checkout');
  const texts = () => lines().locator('[data-index]').allTextContents();
  await expect.poll(async () => (await texts()).length, PATIENT).toBeGreaterThan(3);
  const first = await texts();
  const asked = page.waitForRequest((request) => request.url().includes('container=metrics-exporter'));
  await container.selectOption('metrics-exporter');
  await asked;
  await expect.poll(async () => (await texts()).filter((text) => first.includes(text)).length, PATIENT).toBe(0);
  await expect.poll(async () => (await texts()).length, PATIENT).toBeGreaterThan(0);
  await expectAccessible(page);
  await page.reload();
  await container.waitFor();
  await expect.poll(() => container.inputValue(), PATIENT).toBe('metrics-exporter');
});
