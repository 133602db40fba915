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

it('a person who is invited joins, gets another role, and is removed', async () => {
  const owner = await openPage(browser);
  const name = `team ${randomUUID().slice(0, 8)}`;
  const home = await signUp(owner, { url, organization: name });
  const email = `${randomUUID()}@example.com`;
  await owner.goto(`${home}/members`);
  await owner.getByRole('button', { name: 'Invite member' }).click();
  await owner.getByLabel('E-mail').fill(email);
  await owner.getByRole('button', { name: 'Invite', exact: true }).click();
  await owner.getByRole('button', { name: 'Show' }).click();
  await expectAccessible(owner);
  const link = (await owner.getByRole('region', { name: 'invitation link' }).textContent()) ?? '';
  await owner.getByRole('button', { name: 'Done' }).click();
  await owner.getByRole('button', { name: `Revoke the invitation of ${email}` }).waitFor();

  const guest = await openPage(browser, { viewport: { width: 390, height: 800 } });
  const seen: string[] = [];
  guest.on('request', (request) => seen.push(`${request.url()} ${request.headers()['referer'] ?? ''}`));
  await guest.goto(link);
  await guest.getByRole('heading', { name: `Join ${name}` }).waitFor();
  await expectAccessible(guest);
  expect(guest.url()).toBe(`${url}/join`);
  // The secret is kept for this tab.
  await guest.reload();
  await guest.getByRole('button', { name: 'Create an account to join' }).click();
  expect(await guest.getByLabel('E-mail').inputValue()).toBe(email);
  await guest.getByLabel('Password', { exact: true }).fill(password);
  await guest.getByLabel('Name').fill('Grace');
  await expectAccessible(guest);
  await guest.getByRole('button', { name: 'Create account and join' }).click();
  await guest.waitForURL(home);
  const [, secret = ''] = link.split('#');
  expect(secret.length).toBeGreaterThan(40);
  expect(seen.filter((text) => text.includes(secret))).toEqual([]);

  await owner.reload();
  const role = owner.getByLabel(`Role of ${email}`);
  expect(await role.inputValue()).toBe('member');
  await role.selectOption('admin');
  await owner.getByText(`The role of ${email} is now admin.`).waitFor();
  await expectAccessible(owner);
  await guest.goto(`${home}/members`);
  await guest.getByRole('button', { name: 'Invite member' }).waitFor();
  await expectAccessible(guest);

  await owner.getByRole('button', { name: `Remove ${email}` }).click();
  await owner.getByRole('button', { name: 'Remove member' }).click();
  await owner.getByText(`${email} is removed.`).waitFor();
  await guest.reload();
  await guest.getByText('Organization not found').waitFor();

  // The link worked once.
  await guest.goto('about:blank');
  await guest.goto(link);
  await guest.getByRole('heading', { name: 'This invitation cannot be used' }).waitFor();
  await owner.context().close();
  await guest.context().close();
});
