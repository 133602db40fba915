import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { results } from '../harness/process.ts';
import { launch, openPage, picture } from './chromium.ts';
import { FaultyNetwork, type Kind } from './faulty-network.ts';
import { chooseTerminal, expectAccessible, signUp } from './steps.ts';

/** How often each fault is tried. `POSTERN_TRIES=10 npm test -- e2e/browser/freshness.test.ts` measures for docs/performance.md. */
const tries = Number(process.env['POSTERN_TRIES'] ?? 1);
/** By when the page must tell the truth, in milliseconds. */
const TRUTH_MS = 5_000;

/** Chromium takes 20 s to give up a dead HTTP/2 connection. */
const PATIENT = { timeout: 60_000 + tries * 40_000 };

const url = inject('url');
const measured: Record<string, number[]> = {};
let network: FaultyNetwork;
let browser: Browser;
let page: Page;
let home: string;

beforeAll(async () => {
  network = await FaultyNetwork.start(Number(new URL(url).port));
  browser = await launch([network.flagFor(url)]);
  page = await openPage(browser);
  home = await signUp(page, { url, organization: 'Fresh' });
  await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  await line(/^Live$/);
});
beforeEach(async () => {
  network.set('passes');
  await Promise.all([line(/^Live$/), dot(/^Live:/)]);
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(async () => {
  await browser.close();
  await network.stop();
  const rows = Object.entries(measured).map(([what, times]) => ({
    what,
    tries: times.length,
    least: Math.min(...times),
    median: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)],
    most: Math.max(...times),
  }));
  console.table(rows);
  writeFileSync(join(results, 'freshness.json'), JSON.stringify(rows, null, 2));
});

/** The freshness of the table of pods. */
const line = (words: RegExp, timeout = 60_000) =>
  page.getByRole('main').getByRole('status').getByText(words).first().waitFor({ timeout });
const dot = (words: RegExp, timeout = 60_000) => page.getByRole('img', { name: words }).waitFor({ timeout });
const banner = () => page.getByText(/^The gateway cannot be reached\. What you see is from/);

/** Measures, in milliseconds, how long it takes until something is true. */
async function took(what: string, event: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await event();
  const time = Math.round(performance.now() - began);
  measured[what] = [...(measured[what] ?? []), time];
  return time;
}

/** The names of the rows, once they equal what the cluster lists: nothing is missing, and nothing is there twice. */
async function expectRowsOfCluster(): Promise<void> {
  const names = () => page.locator('main [data-grid] a[href*="/r/pods/"]').allTextContents();
  const truth = async () => {
    const { pathname } = new URL(home);
    const response = await page.request.get(`${url}/k8s${pathname}/demo/api/v1/namespaces/shop/pods`);
    const { items } = (await response.json()) as { items: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name);
  };
  await expect
    .poll(async () => [(await names()).toSorted(), (await truth()).toSorted()].map(String))
    .toSatisfy(([shown, listed]: string[]) => shown !== '' && shown === listed);
}

const faults: { name: string; kinds: Kind[]; words: RegExp }[] = [
  { name: 'everything', kinds: ['websocket', 'requests'], words: /^Stale since .*: The gateway cannot be reached/ },
  { name: 'only requests and watches', kinds: ['requests'], words: /^Stale since .*: The gateway cannot be reached/ },
  { name: 'only the live connection', kinds: ['websocket'], words: /^(Slow|Catching up|Live over HTTP)/ },
];

describe.each(faults)('a network that silently drops $name', PATIENT, ({ name, kinds, words }) => {
  it('is noticed within 5 s, and the page heals when it passes again', async () => {
    for (let turn = 0; turn < tries; turn++) {
      network.set('silent', ...kinds);
      const told = await took(`${name} silent: told`, () => Promise.all([line(words, 20_000), dot(words, 20_000)]));
      expect(told).toBeLessThan(TRUTH_MS);
      if (kinds.includes('requests')) {
        await banner().waitFor();
        if (turn === 0) await expectAccessible(page);
        await expect
          .poll(() => page.locator('main [data-grid]').evaluate((grid) => grid.closest('.dimmed') !== null))
          .toBe(true);
      } else await line(/^Live over HTTP$/);
      network.set('passes');
      await took(`${name} silent: healed`, () => Promise.all([line(/^Live$/), dot(/^Live:/)]));
      expect(await banner().count()).toBe(0);
      await expectRowsOfCluster();
    }
  });

  it('is noticed within 5 s if the connections are lost for good, and the page finds new ones', async () => {
    for (let turn = 0; turn < tries; turn++) {
      network.forget(...kinds);
      const told = await took(`${name} forgotten: told`, () => Promise.all([line(words), dot(words)]));
      expect(told).toBeLessThan(TRUTH_MS);
      await took(`${name} forgotten: healed`, () => Promise.all([line(/^Live$/), dot(/^Live:/)]));
      await expectRowsOfCluster();
    }
  });
});

describe('a network that refuses WebSockets', PATIENT, () => {
  it('leaves everything live over HTTP, says so, and says what terminals need', async () => {
    network.set('refuses', 'websocket');
    for (let turn = 0; turn < tries; turn++) {
      await took('WebSockets refused: live over HTTP', async () => {
        await Promise.all([line(/^Live over HTTP$/), dot(/^Live over HTTP/)]);
      });
      await page.getByText(/^Live over HTTP\. The live connection could not be made: a proxy/).waitFor();
      await expectAccessible(page);
      network.set('passes');
      await took('WebSockets allowed again: live', () => Promise.all([line(/^Live$/), dot(/^Live:/)]));
      await expectRowsOfCluster();
      network.set('refuses', 'websocket');
    }
    // From the first load on.
    await page.reload();
    await Promise.all([line(/^Live over HTTP$/), dot(/^Live over HTTP/)]);
    await chooseTerminal(page);
    await page
      .getByText(/^Terminals need the live connection.*let WebSocket connections to \/socket\.io\/ pass/)
      .waitFor();
    await expectAccessible(page);
    network.set('passes');
    await line(/^Live$/);
    await page.locator('.xterm-rows').getByText(/\$|#/).first().waitFor();
  });
});

describe('a network that closes all connections', PATIENT, () => {
  it('is noticed at once while it refuses new ones, and the page is live again soon after', async () => {
    for (let turn = 0; turn < tries; turn++) {
      network.set('refuses');
      const words = /^Stale since .*: The gateway cannot be reached/;
      const told = await took('everything refused: told', () =>
        Promise.all([line(words), dot(words), banner().waitFor()]),
      );
      expect(told).toBeLessThan(TRUTH_MS);
      network.set('passes');
      await took('everything refused: healed', () => Promise.all([line(/^Live$/), dot(/^Live:/)]));
      await expectRowsOfCluster();
    }
  });
});
