import { randomUUID } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** Of everyone whom `signUp` makes. */
export const password = 'a long enough password';

/**
 * Makes an account with an organization, and waits for the page of its clusters, whose address it answers. The e-mail address is
 * a new one unless it is given.
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

/** No violation that axe calls serious or critical. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([]);
}
