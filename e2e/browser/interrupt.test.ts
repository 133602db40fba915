import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';
import { openTerminal, signUp } from './steps.ts';
import { drawnAsText } from './terminal-steps.ts';

/** How often each is tried. `POSTERN_TRIES=20` measures for docs/performance.md. */
const tries = Number(process.env['POSTERN_TRIES'] ?? 1);
/** How much may arrive after Ctrl-C: what was on its way, and at most as much that is not worth skipping. */
const most = 256 * 1024;

const url = inject('url');
let browser: Browser;
let page: Page;
/** Bytes that arrived over the live connection as binary messages: the output of the terminal. */
let received = 0;
/** The same, when the page sent Ctrl-C. */
let atKey = 0;

beforeAll(async () => {
  browser = await launch(drawnAsText);
  page = await openPage(browser);
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

it('Ctrl-C is answered at once after three seconds of output', { timeout: 120_000 }, async () => {
  const times: number[] = [];
  for (let count = 0; count < tries; count++) {
    const before = received;
    await page.keyboard.type('yes\n');
    await expect.poll(() => received - before, { timeout: 30_000 }).toBeGreaterThan(1024 * 1024);
    await page.waitForTimeout(3_000);
    const began = performance.now();
    await page.keyboard.press('Control+c');
    await page.locator('.xterm-rows').getByText('^C').first().waitFor({ timeout: 60_000 });
    times.push(Math.round(performance.now() - began));
    expect(received - atKey).toBeLessThan(most);
    await page.keyboard.type('clear; echo again=$((count + 1))\n');
    await page.locator('.xterm-rows').getByText('again=1').first().waitFor({ timeout: 60_000 });
    expect(await page.locator('.xterm-rows').getByText('^C').count()).toBe(0);
  }
  console.log(`Ctrl-C: ${times.toSorted((a, b) => a - b).join(', ')} ms until ^C is on the screen`);
});
