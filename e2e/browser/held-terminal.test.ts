import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { expectAccessible, openTerminal, signUp } from './steps.ts';
import { drawnAsText, recordOutput, rows, shows, type } from './terminal-steps.ts';

const url = inject('url');
let browser: Browser;
let home: string;
let storageState: Awaited<ReturnType<BrowserContext['storageState']>>;
let page: Page;
let network: FaultyNetwork;
let output: ReturnType<typeof recordOutput>;

beforeAll(async () => {
  network = await FaultyNetwork.start(Number(new URL(url).port));
  browser = await launch([...drawnAsText, network.flagFor(url)]);
  page = await openPage(browser);
  output = recordOutput(page);
  home = await signUp(page, { url, organization: 'Held terminals' });
  storageState = await page.context().storageState();
  await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  await openTerminal(page);
  await type(page, 'held=yes; echo held=$held');
  await shows(page, 'held=yes');
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-held-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(async () => {
  await browser.close();
  await network.stop();
});

async function faultFor(condition: 'silent' | 'refuses', ms: number): Promise<void> {
  network.set(condition);
  // How long the network is away is what is tried.
  await delay(ms);
  network.set('passes');
}

describe('a terminal', { timeout: 180_000 }, () => {
  it('is there again after a reload, with its screen and its shell', async () => {
    // The prompt comes after the output.
    await expect.poll(async () => (await rows(page)).at(-1)).toMatch(/:~[$#]$/);
    const before = await rows(page);
    await page.reload();
    await expect.poll(() => rows(page)).toEqual(before);
    await page.locator('.xterm').click();
    await type(page, 'echo still=$held');
    await shows(page, 'still=yes');
  });

  it('goes on after a cut, with what was typed meanwhile', async () => {
    network.set('refuses');
    await page.getByText('Reconnecting…').waitFor();
    await type(page, 'echo typed=offline');
    network.set('passes');
    await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
    await shows(page, 'typed=offline');
    const text = (await rows(page)).join('\n');
    expect(text.match(/typed=offline/g)).toHaveLength(2);
  });

  it.each([
    ['cuts', () => network.cut('websocket')],
    ['a network that is refused for 4 s', () => faultFor('refuses', 4_000)],
    ['a network that drops everything for 4 s', () => faultFor('silent', 4_000)],
  ])('misses no byte and draws none twice, whatever the network does: %s', async (_, fault) => {
    output.clear();
    await type(page, 'seq 1 200000; echo last=$((6 * 7))');
    for (let at = 1; at <= 3; at++) {
      await expect.poll(output.length, { timeout: 60_000 }).toBeGreaterThan(at * 300_000);
      await fault();
    }
    await page.locator('.xterm-rows').getByText('last=42').first().waitFor({ timeout: 60_000 });
    // Before the first number, the shell switches bracketed paste off.
    const lines = output.bytes().toString().replaceAll('\x1b[?2004l\r', '').split('\r\n');
    const numbers = lines.filter((line) => /^\d+$/.test(line));
    expect(numbers.findIndex((number, index) => number !== String(index + 1))).toBe(-1);
    expect(numbers).toHaveLength(200_000);
    const screen = await rows(page);
    expect(screen.filter((row) => /^\d+$/.test(row)).at(-1)).toBe('200000');
  });

  it('is taken over by another window of the same person, and back', async () => {
    const other = await openPage(browser, { storageState });
    await other.goto(home);
    await other.getByRole('button', { name: '1 running terminal' }).click();
    await other.getByRole('menuitem', { name: /checkout/ }).click();
    await other.getByText('This terminal is open elsewhere').waitFor();
    await expectAccessible(other);
    await other.getByRole('button', { name: 'Take over' }).click();
    await shows(other, 'last=42');
    await type(other, 'echo from=other');
    await shows(page, 'from=other');
    await page.getByText('You are watching.').waitFor();
    await page.getByRole('button', { name: 'Take over' }).click();
    await page.getByText('You are watching.').waitFor({ state: 'detached' });
    await type(page, 'echo back=here');
    await shows(other, 'back=here');
    await other.context().close();
  });

  it('runs on when it is left, and is found again', async () => {
    await page.getByRole('button', { name: 'Terminal menu' }).click();
    await page.getByRole('menuitem', { name: 'Close, and leave the shell running' }).click();
    await page.getByRole('button', { name: '1 running terminal' }).click();
    await page.getByRole('menuitem', { name: /checkout/ }).click();
    await shows(page, 'back=here');
    await page.locator('.xterm').click();
    await type(page, 'echo found=$held');
    await shows(page, 'found=yes');
  });

  it('ends with its tab', async () => {
    await page.getByRole('button', { name: /^Close terminal/ }).click();
    await expect.poll(() => page.getByRole('region', { name: 'Dock' }).count()).toBe(0);
  });
});
