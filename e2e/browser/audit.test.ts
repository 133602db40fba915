import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';
import { expectAccessible, signUp } from './steps.ts';

const url = inject('url');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

it('the trail is found, read, verified and saved', async () => {
  const page = await openPage(browser);
  const home = await signUp(page, { url, organization: `audit ${randomUUID().slice(0, 8)}` });
  await page.goto(`${home}/teams`);
  await page.getByRole('button', { name: 'Create team' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('sre');
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /sre/ }).waitFor();

  await page.getByRole('link', { name: 'Audit', exact: true }).click();
  await page.getByRole('textbox', { name: 'Action' }).fill('team.');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${home}/audit?action=team.`);
  const made = page.getByRole('row', { name: /team\.create/ });
  await made.waitFor();
  await expectAccessible(page);
  await made.getByRole('button', { name: /Details of entry/ }).click();
  await page.getByRole('dialog', { name: /team\.create/ }).waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText(/^Yes: all \d+ entries/).waitFor();
  await page.keyboard.press('Escape');

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { action: string }).action)).toEqual(['team.create']);

  await page.getByRole('tab', { name: 'Retention and webhooks' }).click();
  await page.getByText('The trail is sent nowhere').waitFor();
  await page.getByLabel('Retention of the trail, in days').waitFor();
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Trail', exact: true }).click();

  // The address is the view, also on a phone and in the dark.
  await page.setViewportSize({ width: 390, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.reload();
  await page.getByRole('row', { name: /team\.create/ }).waitFor();
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.context().close();
});

it('the policies of a cluster are set from its menu', async () => {
  const page = await openPage(browser);
  await signUp(page, { url, organization: `policies ${randomUUID().slice(0, 8)}` });
  const open = async () => {
    await page.getByRole('button', { name: 'Actions for demo' }).click();
    await page.getByRole('menuitem', { name: 'Policies' }).click();
    return page.getByRole('dialog', { name: 'Policies of demo' });
  };
  const dialog = await open();
  await dialog.getByRole('combobox', { name: /^Recording/ }).selectOption('required');
  await dialog.getByRole('combobox', { name: /audit trail/ }).selectOption('fail-closed');
  await dialog.getByRole('region', { name: 'What the agent allows' }).getByText('Namespaces').waitFor();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.reload();
  await page.setViewportSize({ width: 390, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  const again = await open();
  expect(await again.getByRole('combobox', { name: /^Recording/ }).inputValue()).toBe('required');
  expect(await again.getByRole('combobox', { name: /audit trail/ }).inputValue()).toBe('fail-closed');
  await expectAccessible(page);
  await page.context().close();
});
