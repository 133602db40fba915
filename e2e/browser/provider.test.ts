import { randomUUID } from 'node:crypto';
import { startTestProvider, type TestProvider, testClient } from '@postern/testkit/oidc-provider';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';
import { expectAccessible, post, signUp } from './steps.ts';

const url = inject('url');
let browser: Browser;
let provider: TestProvider;

beforeAll(async () => {
  provider = await startTestProvider(`${url}/account/provider`);
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await provider.stop();
});

it('a member links their account to the organization’s provider, and signs in there', async () => {
  const owner = await openPage(browser);
  const name = `provider ${randomUUID().slice(0, 8)}`;
  const home = await signUp(owner, { url, organization: name });
  const slug = new URL(home).pathname.slice(1);
  await post(owner, `/organizations/${slug}/oidc`, { issuer: provider.issuer, ...testClient });
  const email = `${randomUUID()}@example.com`;
  const { link } = await post<{ link: string }>(owner, `/organizations/${slug}/invitations`, { email });
  await owner.context().close();

  const page = await openPage(browser, { viewport: { width: 390, height: 800 } });
  const own = await signUp(page, { url, organization: `own ${randomUUID().slice(0, 8)}`, email });
  await page.goto(link);
  await page.getByRole('button', { name: `Join ${name}` }).click();
  await page.waitForURL(home);
  provider.person = { sub: randomUUID() };
  const linking = await post<{ url: string }>(page, `/organizations/${slug}/oidc/link`);
  await page.goto(linking.url);
  await page.waitForURL((at) => at.origin === url && at.pathname !== '/account/provider');

  await page.context().clearCookies();
  await page.goto(`${url}/sign-in?next=${encodeURIComponent(`/${slug}/requests`)}`);
  await page.getByRole('link', { name: 'Sign in with your organization' }).click();
  await page.getByRole('heading', { name: 'Sign in with your organization' }).waitFor();
  await expectAccessible(page);
  await page.getByLabel('Organization').fill(`${slug}-not`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('There is no such organization').waitFor();
  await page.getByLabel('Organization').fill(slug);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(`${home}/requests`);
  // The provider vouches for its own organization only.
  await page.goto(own);
  await page.getByText('Organization not found').waitFor();
  await page.context().close();
});

it('says why somebody is not signed in, and leaves nothing of it in the address', async () => {
  const owner = await openPage(browser);
  const home = await signUp(owner, { url, organization: `provider ${randomUUID().slice(0, 8)}` });
  const slug = new URL(home).pathname.slice(1);
  await post(owner, `/organizations/${slug}/oidc`, { issuer: provider.issuer, ...testClient });
  await owner.context().close();

  const page = await openPage(browser);
  provider.person = { sub: randomUUID(), email: 'ada@elsewhere.example', email_verified: true };
  await page.goto(`${url}/account/organization?organization=${slug}`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'You are not signed in' }).waitFor();
  await expectAccessible(page);
  expect(page.url()).toBe(`${url}/account/provider`);
  // The same again finds nothing to send.
  await page.reload();
  await page.getByText('Nothing came from a provider.').waitFor();
  await page.getByRole('link', { name: 'Start again' }).click();
  await page.getByLabel('Organization').waitFor();
  await page.context().close();
});
