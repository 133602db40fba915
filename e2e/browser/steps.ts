import { randomUUID } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import { until } from '@postern/testkit';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** The password of every account that `signUp` creates. */
export const password = 'a long enough password';

/**
 * Creates an account with an organization, by default with a new e-mail address, and waits for its page of clusters.
 *
 * @returns the URL of that page.
 */
export async function signUp(
  page: Page,
  { url, organization, email = `${randomUUID()}@example.com` }: { url: string; organization: string; email?: string },
): Promise<string> {
  await page.goto(`${url}/sign-up`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Organization').fill(organization);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL(({ pathname }) => pathname !== '/sign-up');
  return page.url();
}

/**
 * Opens an address on a machine whose pods come and go: a browser aborts its requests when the network interface of a pod appears
 * or disappears, and then the address is opened again.
 */
export async function visit(page: Page, address: string): Promise<void> {
  await until(
    () =>
      page.goto(address).then(
        () => true,
        (error: Error) => {
          if (error.message.includes('ERR_NETWORK_CHANGED')) return false;
          throw error;
        },
      ),
    { what: address },
  );
}

/** Signs in, and waits for the organization's page of clusters. See `visit`. */
export async function signIn(
  page: Page,
  { url, email, password, organization }: { url: string; email: string; password: string; organization: string },
): Promise<void> {
  await visit(page, `${url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${url}/${organization}`);
}

/** Expects no violation that axe rates as serious or critical. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}

/** On the page of pods: opens a pod of `checkout`, a terminal in it, and gives the terminal the focus. */
export async function openTerminal(page: Page): Promise<void> {
  await page
    .getByRole('link', { name: /^checkout-/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Terminal', exact: true }).first().click();
  await page.locator('.xterm-helper-textarea').waitFor({ state: 'attached' });
  await page.locator('.xterm').click();
}

/** On the page of pods: chooses a terminal in the menu of a pod of `checkout`. */
export async function chooseTerminal(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Actions for checkout-/ })
    .first()
    .click();
  await page
    .getByRole('menuitem', { name: /terminal|shell/i })
    .first()
    .click();
}

/** Posts to the REST API as the page’s person. */
export function post<T>(page: Page, path: string, body?: unknown): Promise<T> {
  return page.evaluate(
    async ([to, text]) => {
      const init = text === undefined ? {} : { body: text, headers: { 'content-type': 'application/json' } };
      const response = await fetch(`/api/v1${to}`, { method: 'POST', ...init });
      if (!response.ok) throw new Error(`${to}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    [path, body === undefined ? undefined : JSON.stringify(body)] as const,
  );
}
