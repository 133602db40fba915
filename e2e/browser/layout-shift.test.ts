import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';
import { signUp } from './steps.ts';

const url = inject('url');
let browser: Browser;
let home: string;
let storageState: Awaited<ReturnType<BrowserContext['storageState']>>;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  const first = await openPage(browser);
  home = await signUp(first, { url, organization: 'Layout' });
  storageState = await first.context().storageState();
  await first.context().close();
});
afterEach(() => page.context().close());
afterAll(() => browser.close());

/** Collects how far elements have moved that the person did not move (https://wicg.github.io/layout-instability). */
const observe = `
  window.shifts = [];
  const describe = ({ node, previousRect: a, currentRect: b }) =>
    [(node?.outerHTML ?? node?.textContent ?? 'gone').slice(0, 90), a.x, a.y, '→', b.x, b.y].join(' ');
  new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) window.shifts.push({ value, moved: sources.map(describe) });
  }).observe({ type: 'layout-shift', buffered: true });`;

/** Resolves after 30 frames in which nothing in the document changed, and nothing moved. */
const untilStill = `new Promise((resolve) => {
  let still = 0;
  const restart = () => (still = 0);
  new MutationObserver(restart).observe(document, { subtree: true, childList: true });
  new PerformanceObserver(restart).observe({ type: 'layout-shift' });
  const frame = () => (++still > 30 ? resolve() : requestAnimationFrame(frame));
  frame();
})`;

interface Shift {
  value: number;
  moved: string[];
}

/** The shifts since the last call, once there are no more. Those right after a click count as well. */
async function takeShifts(): Promise<{ total: number; shifts: Shift[] }> {
  await page.evaluate(untilStill);
  const shifts = await page.evaluate<Shift[]>('window.shifts.splice(0)');
  return { total: shifts.reduce((sum, { value }) => sum + value, 0), shifts };
}

async function expectNoShift(): Promise<void> {
  const { total, shifts } = await takeShifts();
  expect(total, JSON.stringify(shifts, null, 1)).toBeLessThanOrEqual(0.01);
}

async function open(path: string, width: number): Promise<void> {
  page = await openPage(browser, { storageState, viewport: { width, height: 900 } });
  await page.addInitScript(observe);
  await page.goto(home + path);
}

const demo = '/clusters/demo';
const live = () => page.getByText('Live', { exact: true }).first().waitFor();
const heading = (name: string) => () => page.getByRole('heading', { name, exact: true }).first().waitFor();

/** Pages, and when each is complete. */
const pages: [path: string, complete: () => Promise<void>][] = [
  [
    '',
    () =>
      page
        .getByText(/^Online/)
        .first()
        .waitFor(),
  ],
  ['/add-cluster', heading('Add a cluster')],
  ['/sessions', heading('Sessions')],
  ['/tokens', heading('API tokens')],
  [demo, live],
  ...[
    'pods',
    'pods?ns=shop',
    'pods?ns=shop&q=nothing-has-this-name',
    'deployments.apps',
    'services',
    'nodes',
    'configmaps',
    'secrets',
    'events',
    'jobs.batch',
    'persistentvolumeclaims',
    'customresourcedefinitions.apiextensions.k8s.io',
  ].map((kind): [string, () => Promise<void>] => [`${demo}/r/${kind}`, live]),
];

it.each(pages)('nothing moves while the page %j loads', async (path, complete) => {
  await open(path, 1440);
  await complete();
  await expectNoShift();
});

it.each([`${demo}`, `${demo}/r/pods`, `${demo}/r/events`])('nor on a phone, on the page %j', async (path) => {
  await open(path, 390);
  await live();
  await expectNoShift();
});

it('nothing moves from page to page, to an object and back', async () => {
  await open(demo, 1440);
  await live();
  await takeShifts();
  for (const name of ['Pods', 'Deployments', 'Services', 'Pods']) {
    await page
      .getByRole('link', { name: new RegExp(`^${name}\\b`) })
      .first()
      .click();
    await page.getByRole('grid', { name, exact: true }).getByRole('row').nth(2).waitFor();
    await live();
    await expectNoShift();
  }
  await page
    .getByRole('link', { name: /^checkout-/ })
    .first()
    .click();
  await page.getByRole('tab', { name: 'YAML' }).waitFor();
  await live();
  await expectNoShift();
  await page.goBack();
  await page.getByRole('grid', { name: 'Pods', exact: true }).getByRole('row').nth(2).waitFor();
  await expectNoShift();
});
