// `npm run screenshots`: takes the screenshots for the README and docs/ from the running product with its demo cluster.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@postern/testkit';
import type { Page } from 'playwright-core';
import { repository, startProduct, stopProduct } from '../harness/process.ts';
import { launch, openPage } from './chromium.ts';
import { chooseTerminal } from './steps.ts';

const images = join(repository, 'docs/images');
mkdirSync(images, { recursive: true });

const data = mkdtempSync(join(tmpdir(), 'postern-screenshots-'));
const port = await freePort('0.0.0.0');
const { url } = await startProduct({ data, port, publicUrl: `https://localhost:${port}`, args: [] });
const browser = await launch();

/** The views to capture, and how to get each ready. */
const views: { name: string; path: string; prepare: (page: Page) => Promise<void> }[] = [
  {
    name: 'clusters',
    path: '/acme',
    prepare: (page) =>
      page
        .getByText(/^Online/)
        .first()
        .waitFor(),
  },
  {
    name: 'overview',
    path: '/acme/clusters/demo',
    prepare: (page) =>
      page
        .getByText(/nodes ready/)
        .first()
        .waitFor(),
  },
  { name: 'pods', path: '/acme/clusters/demo/r/pods?ns=shop', prepare: openTerminal },
];

/** Opens a terminal from a pod's row and runs something in it. */
async function openTerminal(page: Page): Promise<void> {
  await page
    .getByRole('link', { name: /^checkout-/ })
    .first()
    .waitFor();
  await chooseTerminal(page);
  const terminal = page.locator('.xterm').first();
  await terminal.waitFor();
  await terminal.click();
  await page.keyboard.type('ls && cat README.txt\n');
  await page.getByText('Live', { exact: true }).first().waitFor();
  await page.waitForTimeout(1_500); // Not a test, so a pause will do: let the shell draw.
}

try {
  for (const [scheme, width] of [
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
  ] as const) {
    const page = await openPage(browser, {
      colorScheme: scheme,
      viewport: { width, height: 900 },
      deviceScaleFactor: 1.5,
    });
    await enter(page, scheme === 'light' && width === 1440);
    for (const { name, path, prepare } of views) {
      await page.goto(`${url}${path}`);
      // A phone has no room for a terminal beside the list.
      if (width === 390 && prepare === openTerminal) await page.getByText('Live', { exact: true }).first().waitFor();
      else await prepare(page);
      const file = `${name}-${width === 390 ? 'narrow' : scheme}.png`;
      await page.screenshot({ path: join(images, file) });
      console.log(file);
    }
    await page.context().close();
  }
} finally {
  await browser.close();
  await stopProduct(data);
  rmSync(data, { recursive: true, force: true });
}

/** Signs up the first time, and signs in later. */
async function enter(page: Page, first: boolean): Promise<void> {
  await page.goto(`${url}/${first ? 'sign-up' : 'sign-in'}`);
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  if (first) await page.getByLabel('Organization').fill('Acme');
  await page.getByRole('button', { name: first ? 'Create account' : 'Sign in' }).click();
  await page.waitForURL(`${url}/acme`);
}
