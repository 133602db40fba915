import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';
import { expectAccessible, openTerminal, signUp } from './steps.ts';
import { drawnAsText, shows, type } from './terminal-steps.ts';

const url = inject('url');
let browser: Browser;

beforeAll(async () => {
  browser = await launch(drawnAsText);
});
afterAll(() => browser.close());

/** The terminal's row in the list of sessions. */
const terminalRow = (page: Page) => page.getByRole('row').filter({ hasText: 'Terminal' }).first();

it('a terminal is listed while it runs, ended from there, and its recording saved', async () => {
  const page = await openPage(browser);
  const home = await signUp(page, { url, organization: 'Sessions' });
  await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  await openTerminal(page);
  await type(page, 'printf "\\033]0;hostile title\\007drawn=$((40 + 2))\\n"');
  await shows(page, 'drawn=42');

  const storageState = await page.context().storageState();
  const list = await openPage(browser, { storageState });
  await list.goto(`${home}/sessions?active=true`);
  const row = terminalRow(list);
  await row.getByText('still open').waitFor();
  await expectAccessible(list);
  await row.getByRole('button', { name: /^End the session of / }).click();
  await list.getByRole('dialog', { name: /^End the session in checkout-/ }).waitFor();
  await expectAccessible(list);
  await list.getByRole('button', { name: 'End session' }).click();
  await list.getByText(/^The session in checkout-.* was told to end\.$/).waitFor();
  // The person at the terminal reads who ended it.
  await page
    .getByText(/This session was ended by/)
    .first()
    .waitFor();

  await list.goto(`${home}/sessions`);
  const save = terminalRow(list).getByRole('button', { name: /^Save the recording of / });
  await save.waitFor();
  const [download] = await Promise.all([list.waitForEvent('download'), save.click()]);
  expect(download.suggestedFilename()).toMatch(/^[0-9a-f-]{36}\.cast$/);
  const cast = await readFile(await download.path(), 'utf8');
  const [header = '', ...events] = cast.trimEnd().split('\n');
  expect(JSON.parse(header)).toMatchObject({ version: 3 });
  expect(events.join('\n')).toContain('drawn=42');
  // What a recording holds never becomes part of the page.
  expect(cast).toContain('hostile title');
  expect(await list.title()).toBe('Sessions · Postern');
  await expectAccessible(list);

  for (const colorScheme of ['light', 'dark'] as const) {
    await list.emulateMedia({ colorScheme });
    for (const width of [1440, 390]) {
      await list.setViewportSize({ width, height: 800 });
      await expectAccessible(list);
      const overflow = await list.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
    }
  }
  await list.context().close();
  await page.context().close();
});
