import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@postern/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { type Ready, startProduct, stopProduct } from '../harness/process.ts';
import { launch, openPage } from './chromium.ts';
import { expectAccessible } from './steps.ts';

const data = mkdtempSync(join(tmpdir(), 'postern-setup-code-'));
let browser: Browser;
let page: Page;
let ready: Ready;

beforeAll(async () => {
  const port = await freePort('0.0.0.0');
  const args = ['--no-demo', '--listen', '0.0.0.0'];
  ready = await startProduct({ data, port, publicUrl: `https://localhost:${port}`, args });
  browser = await launch();
  page = await openPage(browser);
});
afterAll(async () => {
  await browser.close();
  await stopProduct(data);
  rmSync(data, { recursive: true, force: true });
});

it('requires the set-up code for the first account, and shows errors next to its field', async () => {
  await page.goto(`${ready.url}/sign-up`);
  const code = page.getByLabel('Set-up code');
  await code.waitFor();
  await page.getByLabel('E-mail').fill('first@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByLabel('Organization').fill('First');
  const send = () => page.getByRole('button', { name: 'Create account' }).click();
  await send();
  await page.getByText('Enter the set-up code', { exact: true }).waitFor();
  await code.fill('0000-0000-0000-0000');
  await send();
  await page.getByText(/This is not the set-up code/).waitFor();
  await expectAccessible(page);
  await code.fill((ready.setupCode ?? '').toLowerCase().replaceAll('-', ' '));
  await send();
  await page.waitForURL(`${ready.url}/first`);
});

it('does not ask for it afterwards', async () => {
  const another = await openPage(browser);
  await another.goto(`${ready.url}/sign-up`);
  await another.getByLabel('E-mail').fill('second@example.com');
  await another.getByLabel('Password', { exact: true }).fill('a long enough password');
  await another.getByLabel('Organization').fill('Second');
  await another.getByRole('button', { name: 'Create account' }).click();
  await another.waitForURL(`${ready.url}/second`);
});
