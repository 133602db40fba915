import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { freePort } from '@postern/testkit';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startProduct, stopProduct } from '../harness/process.ts';
import { launch, openPage, picture } from './chromium.ts';
import { chooseTerminal, expectAccessible, signUp } from './steps.ts';

// A product of its own, because these tests stop it.
const data = mkdtempSync(join(tmpdir(), 'postern-moves-'));
let port: number;
let browser: Browser;
let page: Page;
let home: string;
let url: string;

const start = () => startProduct({ data, port, publicUrl: `https://localhost:${port}`, args: [] });

/** Makes the browser trust the gateway's certificate: with an error of the certificate it would keep nothing in its cache. */
async function trusting(caFile: string): Promise<string> {
  const socket = connect({ port, host: 'localhost', ca: readFileSync(caFile) });
  await once(socket, 'secureConnect');
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  socket.destroy();
  return `--ignore-certificate-errors-spki-list=${createHash('sha256')
    .update(key ?? '')
    .digest('base64')}`;
}

beforeAll(async () => {
  port = await freePort('0.0.0.0');
  const ready = await start();
  url = ready.url;
  browser = await launch([await trusting(ready.caFile)]);
  page = await openPage(browser, { ignoreHTTPSErrors: false });
  home = await signUp(page, { url, organization: 'Tour' });
  await page
    .getByText(/^Online/)
    .first()
    .waitFor();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(async () => {
  await browser?.close();
  await stopProduct(data).catch(() => {});
  rmSync(data, { recursive: true, force: true });
});

/** One click of the tour, the heading to which it leads, and what tells how old its data is while the gateway is away. */
interface Click {
  readonly on: Locator;
  readonly heading: string | RegExp;
  readonly age?: RegExp;
}

const AS_SEEN = /^As seen/;
const STALE = /^Stale since/;
const sidebar = () => page.getByRole('complementary', { name: 'Sidebar' });
const inSidebar = (name: string | RegExp) => sidebar().getByRole('link', { name }).first();
const crumb = (name: string) => page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name });
const main = () => page.locator('#main');

/** The kinds whose table and one object of which the tour visits, as in the sidebar. */
const kinds = [
  'Pods',
  'Deployments',
  'ReplicaSets',
  'StatefulSets',
  'DaemonSets',
  'Jobs',
  'CronJobs',
  'Services',
  'Ingresses',
  'NetworkPolicies',
];

/** Clicks through every kind of page. The paths that it takes are the same each time, as long as the cluster is. */
function* tour(): Generator<Click> {
  yield { on: inSidebar('Sessions'), heading: 'Sessions', age: AS_SEEN };
  yield { on: inSidebar('API tokens'), heading: 'API tokens', age: AS_SEEN };
  yield { on: inSidebar('Clusters'), heading: 'Clusters', age: AS_SEEN };
  yield { on: inSidebar('Add cluster'), heading: 'Add a cluster' };
  yield { on: crumb('Clusters'), heading: 'Clusters', age: AS_SEEN };
  yield { on: main().getByRole('link', { name: 'demo', exact: true }), heading: /^demo/, age: STALE };
  for (const kind of kinds) {
    yield { on: inSidebar(new RegExp(`^${kind}`)), heading: kind, age: STALE };
    yield { on: main().locator('a[data-row-link]').first(), heading: /./, age: STALE };
    yield { on: page.getByRole('tab', { name: 'YAML' }), heading: /./, age: STALE };
    yield { on: page.getByRole('tab', { name: 'Summary' }), heading: /./, age: STALE };
    yield {
      on: page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link').nth(2),
      heading: kind,
      age: STALE,
    };
  }
  yield { on: crumb('demo'), heading: /^demo/, age: STALE };
  yield { on: inSidebar('All clusters'), heading: 'Clusters', age: AS_SEEN };
  yield { on: sidebar().getByRole('link', { name: /^demo/ }), heading: /^demo/, age: STALE };
  yield { on: inSidebar('All clusters'), heading: 'Clusters', age: AS_SEEN };
}

/** Takes the tour; `away`: expects old data with its time on every page. @returns the number of clicks. */
async function take(how: { away: boolean }): Promise<number> {
  let clicks = 0;
  for (const { on, heading, age } of tour()) {
    await on.click();
    clicks++;
    const title = main().getByRole('heading', { level: 1, name: heading }).first();
    await title.waitFor().catch(async (error: unknown) => {
      throw new Error(`click ${clicks}: no heading ${heading}`, { cause: error });
    });
    if (how.away && age !== undefined) {
      await main()
        .getByText(age)
        .filter({ visible: true })
        .first()
        .waitFor()
        .catch((error: unknown) => {
          throw new Error(`click ${clicks}, ${page.url()}: the age is not shown`, { cause: error });
        });
      expect(await main().locator('.dimmed').count(), `click ${clicks}, ${page.url()}: dimmed`).toBeGreaterThan(0);
    } else if (!how.away) {
      await expect.poll(() => main().locator('[aria-busy="true"], [aria-label^="Loading"]').count()).toBe(0);
    }
  }
  return clicks;
}

/** Counts requests that reach the network and are not for data, from now on. */
async function countDocuments(): Promise<string[]> {
  const asked = new Map<string, string>();
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const found: string[] = [];
  session.on('Network.requestWillBeSent', ({ requestId, request }) => asked.set(requestId, request.url));
  session.on('Network.responseReceived', ({ requestId, response }) => {
    const { pathname } = new URL(asked.get(requestId) ?? response.url);
    const cached = response.fromDiskCache === true;
    if (!cached && !/^\/(api|k8s|socket\.io)\//.test(pathname)) found.push(pathname);
  });
  return found;
}

/** Waits until the code of all pages has been loaded ahead. */
async function loadedAhead(): Promise<void> {
  await page.waitForFunction(() => performance.getEntriesByName('postern.loaded-ahead').length > 0);
}

/** Marks the document: the mark is gone if another one is loaded. */
const mark = () => page.evaluate('window.sameDocument = true');
const isMarked = () => page.evaluate('window.sameDocument === true');

it('requests nothing but data for any move between pages', async () => {
  await page.goto(home);
  await page
    .getByText(/^Online/)
    .first()
    .waitFor();
  await loadedAhead();
  await mark();
  const documents = await countDocuments();
  const clicks = await take({ away: false });
  expect(clicks).toBeGreaterThanOrEqual(60);
  expect(documents).toEqual([]);
  expect(await isMarked()).toBe(true);
}, 240_000);

it.each([
  ['', 'Clusters', 'Clusters · Postern'],
  ['/sessions', 'Sessions', 'Sessions · Postern'],
  ['/tokens', 'API tokens', 'API tokens · Postern'],
  ['/add-cluster', 'Add a cluster', 'Add a cluster · Postern'],
  ['/clusters/demo', /^demo/, 'demo · Postern'],
  ['/clusters/demo/r/pods?ns=shop', 'Pods', 'Pods · demo · Postern'],
  ['/clusters/demo/r/nodes/-/demo-control-plane', /./, 'demo-control-plane · Nodes · demo · Postern'],
])('opens %s as the first page of a document', async (path, heading, title) => {
  const fresh = await page.context().newPage();
  const response = await fresh.goto(home + path);
  expect(response?.status()).toBe(200);
  await fresh.locator('#main').getByRole('heading', { level: 1, name: heading }).first().waitFor();
  expect(await fresh.title()).toBe(title);
  await fresh.close();
});

it('goes back to where a page was scrolled to, and forward again, with title, focus and announcement', async () => {
  await page.goto(`${home}/clusters/demo/r/pods`);
  await mark();
  const grid = main().getByRole('grid');
  await main().locator('a[data-row-link]').first().waitFor();
  await grid.hover();
  await page.mouse.wheel(0, 250);
  const scrolled = () => grid.evaluate((element) => element.scrollTop);
  await expect.poll(scrolled).toBe(250);
  const link = main().locator('a[data-row-link]').nth(12);
  const name = (await link.textContent()) ?? '';
  await link.click();
  await main().getByRole('heading', { level: 1, name }).waitFor();
  expect(await page.title()).toBe(`${name} · Pods · demo · Postern`);
  expect(
    await page.evaluate(
      () =>
        (globalThis as unknown as { document: { activeElement: { id: string } | null } }).document.activeElement?.id,
    ),
  ).toBe('main');
  expect(await page.locator('[data-announcer]').textContent()).toBe(await page.title());
  await page.goBack();
  await expect.poll(scrolled).toBe(250);
  await page.goForward();
  await main().getByRole('heading', { level: 1, name }).waitFor();
  expect(await isMarked()).toBe(true);
});

it('leaves clicks that mean another tab to the browser', async () => {
  await page.goto(home);
  await mark();
  const opened = page.context().waitForEvent('page');
  await inSidebar('API tokens').click({ modifiers: ['Control'] });
  const other = await opened;
  await other.getByRole('heading', { level: 1, name: 'API tokens' }).waitFor();
  await other.close();
  expect(page.url()).toBe(home);
  expect(await isMarked()).toBe(true);
});

it('offers a new build, and asks before it interrupts a terminal', async () => {
  await page.route('**/build.json', (route) => route.fulfill({ json: { build: 'another' } }));
  await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  const notice = page.getByRole('status').filter({ hasText: 'A new version of Postern is ready' });
  await notice.waitFor();
  await expectAccessible(page);
  await chooseTerminal(page);
  await page.locator('.xterm-helper-textarea').waitFor({ state: 'attached' });
  await mark();
  await notice.getByRole('button', { name: 'Reload' }).click();
  const question = page.getByRole('dialog', { name: 'Reload now?' });
  await question.getByText('A terminal is open; it keeps running and comes back with its tab.').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  expect(await isMarked()).toBe(true);
  await notice.getByRole('button', { name: 'Reload' }).click();
  await Promise.all([page.waitForEvent('load'), question.getByRole('button', { name: 'Reload' }).click()]);
  await page.unroute('**/build.json');
  await page.evaluate(() => sessionStorage.clear());
});

it('offers to reload where the code of a page is gone with its build, and opens by itself where it was only late', async () => {
  const fresh = await page.context().newPage();
  const code = '**/_next/static/chunks/**';
  await fresh.goto(`${url}/sign-in`);
  // Only what is loaded after the first page.
  await fresh.route(code, (route) => route.abort());
  await fresh.getByRole('link', { name: 'Create an account' }).click();
  await fresh.getByText('This page is not loaded yet.').waitFor();
  await fresh.unroute(code);
  await fresh.getByRole('heading', { name: 'Create an account' }).waitFor();
  await fresh.goto(`${url}/sign-in`);
  await fresh.route('**/build.json', (route) => route.fulfill({ json: { build: 'another' } }));
  await fresh.route(code, (route) => route.fulfill({ status: 404 }));
  await fresh.getByRole('link', { name: 'Create an account' }).click();
  await fresh.getByRole('heading', { name: 'A new version of Postern is ready' }).waitFor();
  await fresh.unroute(code);
  await fresh.getByRole('button', { name: 'Reload' }).click();
  await fresh.getByRole('heading', { name: 'Create an account' }).waitFor();
  await fresh.close();
});

it('shows every visited page with its last data and their age while the gateway is away, and heals by itself', async () => {
  // The namespaces chosen in other tests would lead to other objects.
  await page.evaluate(() => localStorage.clear());
  await page.goto(home);
  await loadedAhead();
  await take({ away: false });
  await mark();
  await stopProduct(data);
  await page.getByText(/^The gateway cannot be reached\. What you see is from/).waitFor();
  expect(await take({ away: true })).toBeGreaterThanOrEqual(60);
  expect(await isMarked()).toBe(true);
  await inSidebar(/^demo/).click();
  await main().getByText(STALE).waitFor();
  await expectAccessible(page);

  await start();
  await page
    .getByText(/^The gateway cannot be reached\. What you see is from/)
    .waitFor({ state: 'hidden', timeout: 60_000 });
  await main().getByText('Live', { exact: true }).first().waitFor({ timeout: 60_000 });
  expect(await main().locator('.dimmed').count()).toBe(0);
  expect(await isMarked()).toBe(true);
}, 480_000);
