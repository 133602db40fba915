import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';
import { openTerminal, signUp } from './steps.ts';
import { drawnAsText } from './terminal-steps.ts';

/** How often each is tried. `POSTERN_TRIES=20` measures for docs/performance.md. */
const tries = Number(process.env['POSTERN_TRIES'] ?? 3);
/** How much may arrive after Ctrl-C, in bytes: what was on its way, and at most as much that is not worth skipping. */
const most = 256 * 1024;
/** How much longer than without output an answer may take, in milliseconds, and how much longer on a slow or busy machine. */
const aim = { ms: 300, idleTimes: 6 };

const url = inject('url');
let browser: Browser;
let page: Page;
let devtools: CDPSession;
/** Bytes that arrived over the live connection as binary messages: the output of the terminal. */
let received = 0;
/** The same, when the page sent Ctrl-C. */
let atKey = 0;

beforeAll(async () => {
  browser = await launch(drawnAsText);
  page = await openPage(browser);
  devtools = await page.context().newCDPSession(page);
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload !== 'string') received += payload.byteLength;
    });
    socket.on('framesent', ({ payload }) => {
      if (typeof payload !== 'string' && payload.equals(Buffer.from([3]))) atKey = received;
    });
  });
  const home = await signUp(page, { url, organization: 'Interrupts' });
  await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  await openTerminal(page);
  await page.keyboard.type('echo ready=$((1 + 1))\n');
  await page.locator('.xterm-rows').getByText('ready=2').first().waitFor();
});
afterAll(() => browser.close());

it.each([
  ['', 1],
  [', although the browser is slow', 6],
])(
  'Ctrl-C is answered at once after three seconds of output%s',
  { timeout: 120_000 + tries * 20_000 },
  async (_, slowdown) => {
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    const idle: number[] = [];
    const flooded: number[] = [];
    for (let count = 0; count < tries; count++) {
      await clear();
      idle.push(await interrupt());
      await clear();
      const before = received;
      await page.keyboard.type('yes\n');
      await expect.poll(() => received - before, { timeout: 30_000 }).toBeGreaterThan(512 * 1024);
      await page.waitForTimeout(3_000);
      flooded.push(await interrupt());
      expect(received - atKey).toBeLessThan(most);
    }
    console.log(`Ctrl-C, browser slowed down ${slowdown} times: ${told(flooded)}; while nothing runs: ${told(idle)}`);
    expect(median(flooded)).toBeLessThan(aim.ms + aim.idleTimes * median(idle));
  },
);

async function clear(): Promise<void> {
  await page.keyboard.type('clear; echo again=$((1 + 1))\n');
  const screen = page.locator('.xterm-rows');
  await screen.getByText('again=2').first().waitFor();
  await expect.poll(() => screen.getByText('^C').count()).toBe(0);
}

/** @returns milliseconds from the key to the frame that shows the next prompt. */
async function interrupt(): Promise<number> {
  await page.evaluate(() => {
    const { promise, resolve } = Promise.withResolvers<number>();
    Object.assign(globalThis, { answered: promise });
    const onKey = ({ key, ctrlKey, timeStamp }: KeyboardEvent): void => {
      if (key !== 'c' || !ctrlKey) return;
      removeEventListener('keydown', onKey, { capture: true });
      const look = (): void => {
        const rows = [...document.querySelectorAll('.xterm-rows > div')].map((row) => row.textContent.trimEnd());
        const echo = rows.findLastIndex((row) => row.endsWith('^C'));
        if (echo >= 0 && /[$#]$/.test(rows[echo + 1] ?? '')) resolve(performance.now() - timeStamp);
        else requestAnimationFrame(look);
      };
      look();
    };
    addEventListener('keydown', onKey, { capture: true });
  });
  await page.keyboard.press('Control+c');
  return page.evaluate(() => (globalThis as unknown as { answered: Promise<number> }).answered);
}

const sorted = (times: readonly number[]): number[] => times.toSorted((a, b) => a - b);
const median = (times: readonly number[]): number => sorted(times)[Math.floor(times.length / 2)] ?? 0;
const told = (times: readonly number[]): string =>
  `median ${Math.round(median(times))} of ${sorted(times).map(Math.round).join(', ')} ms`;
