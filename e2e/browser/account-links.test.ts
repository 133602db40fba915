import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';
import { expectAccessible, password, signUp } from './steps.ts';

const url = inject('url');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

it('a link made by an owner lets a person choose a new password, once', async () => {
  const page = await openPage(browser);
  const email = `${randomUUID()}@example.com`;
  const home = await signUp(page, { url, organization: `links ${randomUUID().slice(0, 8)}`, email });
  const link = await page.evaluate(async (organization) => {
    const me = await (await fetch('/api/v1/auth/me')).json();
    const path = `/api/v1/organizations/${organization}/members/${me.user.id}/password-reset`;
    return (await (await fetch(path, { method: 'POST' })).json()).link as string;
  }, new URL(home).pathname.slice(1));
  await page.context().clearCookies();
  // Another document: the secret must be read where the link was opened.
  await page.goto('about:blank');
  const seen: string[] = [];
  page.on('request', (request) => seen.push(`${request.url()} ${request.headers()['referer'] ?? ''}`));
  await page.goto(link);
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await expectAccessible(page);
  const field = page.getByLabel('New password', { exact: true });
  const send = () => page.getByRole('button', { name: 'Change password' }).click();
  await field.fill('short');
  await send();
  await page.getByText('At least 10 characters').waitFor();
  await field.fill('a password that is new');
  await send();
  await page.getByRole('heading', { name: 'Your password was changed' }).waitFor();
  const [, secret = ''] = link.split('#');
  expect(secret).toHaveLength(43);
  expect(seen.filter((text) => text.includes(secret))).toEqual([]);

  await page.goto('about:blank');
  await page.goto(link);
  await field.fill('a password that is newer');
  await send();
  await page.getByText('This link has expired').waitFor();

  await page.goto(`${url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The e-mail address or the password is wrong.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill('a password that is new');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(home);
  await page.context().close();
});

it('says whom to ask for a link where no e-mail is sent', async () => {
  const page = await openPage(browser);
  await page.goto(`${url}/sign-in`);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByRole('button', { name: 'Send a link' }).click();
  await page.getByText('Ask an owner or an administrator').waitFor();
  await expectAccessible(page);
  await page.goto(`${url}/account/confirm-email`);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('This link is incomplete').waitFor();
  await expectAccessible(page);
  await page.context().close();
});
