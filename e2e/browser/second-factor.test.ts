import { randomUUID } from 'node:crypto';
import { TOTP, URI } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';
import { expectAccessible, password, post, signUp } from './steps.ts';

const url = inject('url');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** Signs up in a page, and out of it again once `secure` has set something up. */
async function account<T>(page: Page, secure: () => Promise<T>): Promise<{ email: string; home: string; made: T }> {
  const email = `${randomUUID()}@example.com`;
  const home = await signUp(page, { url, organization: `factor ${randomUUID().slice(0, 8)}`, email });
  const made = await secure();
  await page.context().clearCookies();
  return { email, home, made };
}

async function firstStep(page: Page, email: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Confirm it’s you' }).waitFor();
}

it('signs in with the code of an authenticator app, says what is wrong, and takes a recovery code', async () => {
  const page = await openPage(browser);
  const { email, home, made } = await account(page, async () => {
    const { uri } = await post<{ uri: string }>(page, '/account/totp');
    const app = URI.parse(uri) as TOTP;
    const code = app.generate({ timestamp: Date.now() - 30_000 });
    const { recoveryCodes } = await post<{ recoveryCodes: { codes: string[] } }>(page, '/account/totp/confirm', {
      code,
    });
    return { app, codes: recoveryCodes.codes };
  });
  await firstStep(page, email);
  const field = page.getByLabel('Code of your authenticator app');
  await field.waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Enter the six digits').waitFor();
  await field.fill('000000');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('This is wrong, has expired, or was used before.').waitFor();
  await field.fill(made.app.generate());
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(home);

  await page.context().clearCookies();
  await firstStep(page, email);
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await page.getByLabel('Recovery code').fill(made.codes[0] ?? '');
  await page.keyboard.press('Enter');
  await page.waitForURL(home);
  await page.context().close();
});

it('signs in with a passkey as the second factor', async () => {
  const page = await openPage(browser);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const { email, home } = await account(page, async () => {
    const options = await post<PublicKeyCredentialCreationOptionsJSON>(page, '/account/passkeys/options');
    const attestation = await page.evaluate(async (asked) => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked);
      const { id, rawId, type, response } = (
        (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
      ).toJSON() as RegistrationResponseJSON;
      const { clientDataJSON, attestationObject, transports } = response;
      return { id, rawId, type, response: { clientDataJSON, attestationObject, transports } };
    }, options);
    await post(page, '/account/passkeys', { name: 'laptop', attestation });
  });
  await firstStep(page, email);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL(home);
  expect(await post(page, '/account/recovery-codes')).toMatchObject({ codes: expect.any(Array) });
  await page.context().close();
});
