import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible } from './steps.ts';

const url = inject('url');
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

it('signs up, and finds the demo cluster online', async () => {
  await page.goto(`${url}/`);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await page.getByLabel('E-mail').fill('someone@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByLabel('Organization').fill('Acme Shop');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(`${url}/acme-shop`);
  await page.getByText('demo', { exact: true }).first().waitFor();
  await page
    .getByText(/^Online/)
    .first()
    .waitFor();
  await expectAccessible(page);
});

it('opens a pod of the demo cluster', async () => {
  await page.getByRole('link', { name: 'demo', exact: true }).first().click();
  await page.getByRole('link', { name: /^Pods/ }).click();
  await page
    .getByRole('link', { name: /^checkout-/ })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: /^checkout-/ }).waitFor();
  await expectAccessible(page);
});

it('keeps an edit while another tab is open', async () => {
  await page.getByRole('tab', { name: 'YAML' }).click();
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await page.locator('.cm-content').click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('# mine\n');
  await page.getByRole('tab', { name: 'Events' }).click();
  await page.locator('.cm-content').waitFor({ state: 'hidden' });
  await page.getByRole('tab', { name: 'YAML' }).click();
  await page.locator('.cm-content').getByText('# mine').waitFor();
  await page.getByRole('button', { name: 'Stop editing' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Throw away' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await page.locator('.cm-content').getByText('# mine').count()).toBe(0);
  await page.getByRole('tab', { name: 'Summary' }).click();
});

it('types into a terminal and sees the output', async () => {
  await page.getByRole('button', { name: 'Terminal' }).first().click();
  await page.locator('.xterm-helper-textarea').waitFor({ state: 'attached' });
  await page.locator('.xterm').click();
  await page.keyboard.type('echo sum=$((40 + 2))\n');
  await page.locator('.xterm-rows, .xterm-accessibility-tree').getByText('sum=42').first().waitFor();
});

it('answers Ctrl-C at once while a program floods the terminal', async () => {
  await page.keyboard.type('yes\n');
  const screen = page.locator('.xterm-rows');
  await screen.getByText('y', { exact: true }).nth(5).waitFor();
  await page.keyboard.press('Control+c');
  await page.keyboard.type('echo calm=$((1 + 1))\n');
  await screen.getByText('calm=2').first().waitFor();
});
