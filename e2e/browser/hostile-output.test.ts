import { largestTerminal } from '@postern/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { openTerminal, signUp } from './steps.ts';
import { drawnAsText, rows, shows, type } from './terminal-steps.ts';

const url = inject('url');
let browser: Browser;
let home: string;
let page: Page;

beforeAll(async () => {
  browser = await launch(drawnAsText);
  page = await openPage(browser);
  home = await signUp(page, { url, organization: 'Hostile output' });
  await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  await openTerminal(page);
  await type(page, 'echo ready=$((1 + 1))');
  await shows(page, 'ready=2');
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

describe('a terminal in a browser', () => {
  it.each([
    ['repeats a character', 'b'],
    ['scrolls up', 'S'],
    ['scrolls down', 'T'],
    ['inserts lines', 'L'],
    ['deletes lines', 'M'],
    ['goes to tab stops', 'I'],
  ])('is done at once with a sequence that %s two billion times', async (_, final) => {
    await type(page, `printf 'x\\033[2147483647${final}\\033[H\\033[2J'; echo ${final}=$((6 * 7))`);
    await shows(page, `${final}=42`, 10_000);
    // The page itself was never busy for long, either.
    expect(await page.evaluate(() => document.readyState)).toBe('complete');
  });

  it('erases a screen up to its last cell, and goes on', async () => {
    await type(page, "printf '\\033c\\033[999;999H\\033[1J'; echo erased=$((6 * 7))");
    await shows(page, 'erased=42');
  });

  it('answers what a program asks once, and not again in a page that looks later', async () => {
    const kind = String.raw`printf '\033[c'; IFS= read -rsd c kind; printf 'kind%s\n' "$kind" | cat -v`;
    await type(page, kind);
    await shows(page, 'kind^[[?1;2');
    await expect.poll(async () => (await rows(page)).at(-1)).toMatch(/[$#]$/);
    const before = await rows(page);
    await page.reload();
    await expect.poll(() => rows(page)).toEqual(before);
    await page.locator('.xterm').click();
    // An answer would stand before the command.
    await type(page, 'echo next=$((3 * 3))');
    await shows(page, 'next=9');
    expect((await rows(page)).filter((row) => row.endsWith('echo next=$((3 * 3))'))).toHaveLength(1);
    expect(await rows(page)).toEqual(expect.arrayContaining([expect.stringMatching(/[$#] echo next=/)]));
  });

  it('has its size in the middle of a screen of 3840 × 2160, in the smallest font', async () => {
    await page.evaluate(() => localStorage.setItem('postern.terminal', JSON.stringify({ fontSize: 9 })));
    await page.setViewportSize({ width: 3840, height: 2160 });
    await page.reload();
    await page.getByRole('button', { name: /maximi[sz]e/i }).click();
    await page.locator('.xterm').click();
    await type(page, 'clear; stty size');
    await expect.poll(async () => (await rows(page)).find((row) => /^\d+ \d+$/.test(row))).toBeDefined();
    const size = (await rows(page)).find((row) => /^\d+ \d+$/.test(row)) ?? '';
    const [lines = 0, columns = 0] = size.split(' ').map(Number);
    expect(columns).toBeGreaterThan(500);
    expect(columns).toBeLessThan(largestTerminal.columns);
    expect(lines).toBeLessThan(largestTerminal.rows);
    console.log(`3840 × 2160 pixels: ${columns} × ${lines}`);
  });
});
