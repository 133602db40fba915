import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { openTerminal, signUp } from './steps.ts';
import { cursor, drawnAsText, recordOutput, rows, shows, type } from './terminal-steps.ts';

/** A terminal in a browser of its own, and what arrived in it. */
interface Window {
  page: Page;
  output: ReturnType<typeof recordOutput>;
}

const url = inject('url');
let network: FaultyNetwork;
/** The network of the first can be cut, that of the second not. */
let browsers: [Browser, Browser];
let home: string;
let storageState: Awaited<ReturnType<BrowserContext['storageState']>>;
/** Where the same is typed in both, only one has its network cut. */
let cut: Window;
let uncut: Window;

beforeAll(async () => {
  network = await FaultyNetwork.start(Number(new URL(url).port));
  browsers = [await launch([...drawnAsText, network.flagFor(url)]), await launch(drawnAsText)];
  const page = await openPage(browsers[1]);
  home = await signUp(page, { url, organization: 'Cut terminals' });
  storageState = await page.context().storageState();
  await page.context().close();
});
beforeEach(async () => {
  cut = await open(browsers[0]);
  uncut = await open(browsers[1]);
});
afterEach(async ({ task }) => {
  const name = task.name.replace(/\W+/g, '-');
  for (const [which, { page }] of Object.entries({ cut, uncut })) {
    if (task.result?.state === 'fail') await picture(page, `failed-${which}-${name}`);
    network.set('passes');
    const close = page.getByRole('button', { name: /^Close terminal/ });
    await close.click();
    await close.waitFor({ state: 'detached' });
    await page.context().close();
  }
});
afterAll(async () => {
  for (const browser of browsers) await browser.close();
  await network.stop();
});

async function open(browser: Browser): Promise<Window> {
  const page = await openPage(browser, { storageState });
  const output = recordOutput(page);
  await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  await openTerminal(page);
  await atPrompt(page);
  return { page, output };
}

/** Waits until the shell asks for a command. */
const atPrompt = (page: Page): Promise<void> =>
  expect.poll(async () => (await rows(page)).at(-1)).toMatch(/:(~|\\w)[$#]$/);

/** Cuts the network, and waits until the person is told. */
async function beginCut({ page }: Window): Promise<void> {
  network.set('refuses');
  await page.getByText('Reconnecting…').waitFor();
}

async function endCut({ page }: Window): Promise<void> {
  network.set('passes');
  await page.getByText('Reconnecting…').waitFor({ state: 'detached' });
}

describe('after a cut, a terminal has the screen and the bytes of one that was not cut', { timeout: 180_000 }, () => {
  it('after 60 s, with what was typed and written meanwhile', async () => {
    for (const { page } of [cut, uncut]) {
      // One that draws nothing again: the banner of the page makes the terminal lower for as long as the gateway is away.
      await type(page, 'exec sh');
      // Its own prompt, not the one before: what is typed while the shells change is echoed in part.
      await expect.poll(async () => (await rows(page)).slice(-2).join('\n')).toMatch(/exec sh\n.*[$#]$/);
      await type(page, 'echo before=$((1 + 1))');
      await shows(page, 'before=2');
      await atPrompt(page);
      // Writes while the network is away. In a subshell, so that the shell does not mention the job.
      await type(page, '( (sleep 3; echo woke=$((6 * 7))) & )');
    }
    await beginCut(cut);
    const left = delay(60_000);
    const seen = await rows(cut.page);
    await shows(uncut.page, 'woke=42');
    for (const { page } of [cut, uncut]) await type(page, 'echo during=$((2 + 2))');
    await left;
    // All that time the person sees the screen as it was, and a notice.
    expect(await rows(cut.page)).toEqual(seen);
    expect(seen.join()).not.toContain('woke=42');
    await cut.page.getByText('The shell runs on. What you type is sent when the connection is back.').waitFor();
    await picture(cut.page, 'terminal-cut-60-s');
    await endCut(cut);
    for (const { page } of [cut, uncut]) {
      await shows(page, 'during=4');
      await atPrompt(page);
      await type(page, 'echo after=$((3 + 3))');
      await shows(page, 'after=6');
      await atPrompt(page);
    }
    expect(await rows(cut.page)).toEqual(await rows(uncut.page));
    expect(cut.output.bytes().toString()).toBe(uncut.output.bytes().toString());
  });

  it('in the middle of a line', async () => {
    for (const { page } of [cut, uncut]) await page.keyboard.type('echo half');
    for (const { page } of [cut, uncut]) await shows(page, 'echo half');
    await beginCut(cut);
    // Also a correction of what was typed before.
    for (const { page } of [cut, uncut]) {
      await page.keyboard.press('Backspace');
      await page.keyboard.type('f of a line=$((1 + 2))');
    }
    await endCut(cut);
    for (const { page } of [cut, uncut]) {
      await shows(page, '$ echo half of a line=$((1 + 2))');
      await page.keyboard.press('Enter');
      await shows(page, 'half of a line=3');
      await atPrompt(page);
    }
    // Not the bytes: bash draws its line again when the banner of the page makes the terminal lower.
    expect(await rows(cut.page)).toEqual(await rows(uncut.page));
  });

  it('in the middle of vi, and leaves it with the screen from before', async () => {
    const before = await rows(cut.page);
    for (const { page } of [cut, uncut]) {
      // Without anybody's settings, and without a swap file, whose name would differ.
      await type(page, 'vi -n -u NONE notes');
      await shows(page, '"notes"');
      await page.keyboard.type('ione\ntwo\nthree');
      await shows(page, 'three');
    }
    await beginCut(cut);
    for (const { page } of [cut, uncut]) {
      await page.keyboard.press('Escape');
      await page.keyboard.type('yy5pgg0lisix ');
    }
    await endCut(cut);
    for (const { page } of [cut, uncut]) {
      await shows(page, 'osix ne');
      // The cursor has come to rest behind what was inserted.
      await expect.poll(() => cursor(page)).toEqual({ row: 0, column: 5 });
    }
    expect(await rows(cut.page)).toEqual(await rows(uncut.page));
    expect((await rows(cut.page)).filter((row) => row === 'three')).toHaveLength(6);
    // And a page that knows nothing of it shows the same.
    await cut.page.reload();
    await expect.poll(() => rows(cut.page)).toEqual(await rows(uncut.page));
    await expect.poll(() => cursor(cut.page)).toEqual({ row: 0, column: 5 });
    await cut.page.locator('.xterm').click();
    for (const { page } of [cut, uncut]) {
      await page.keyboard.press('Escape');
      await type(page, ':q!');
      await atPrompt(page);
    }
    expect(await rows(cut.page)).toEqual(await rows(uncut.page));
    expect((await rows(cut.page)).slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });

  it('in the middle of 20 MB', async () => {
    const command = 'yes "a line of a long file, and its end" | head -c 20000000 | cat -n; echo last=$((6 * 7))';
    for (const { page } of [cut, uncut]) await type(page, command);
    await expect.poll(cut.output.length, { timeout: 60_000 }).toBeGreaterThan(5_000_000);
    await beginCut(cut);
    // The process waits for its reader, so what arrives meanwhile is bounded.
    await delay(4_000);
    await endCut(cut);
    for (const { page } of [cut, uncut]) {
      await shows(page, 'last=42', 120_000);
      await atPrompt(page);
    }
    expect(cut.output.length()).toBeGreaterThan(20_000_000);
    expect(cut.output.bytes().equals(uncut.output.bytes())).toBe(true);
    const [one, other] = [await scrolledThrough(cut.page), await scrolledThrough(uncut.page)];
    // As many different places: it was scrolled.
    expect(new Set(one.map(([first]) => first)).size).toBe(10);
    expect(one).toEqual(other);
  });
});

/** What the terminal shows at its end, on the pages before it, and at the beginning of its scrollback. */
async function scrolledThrough(page: Page): Promise<string[][]> {
  const screens = [await rows(page)];
  const move = async (how: () => Promise<void>): Promise<void> => {
    const [first] = screens.at(-1) ?? [];
    await how();
    await expect.poll(async () => (await rows(page))[0]).not.toBe(first);
    screens.push(await settled(page));
  };
  for (let pages = 0; pages < 8; pages++) await move(() => page.keyboard.press('Shift+PageUp'));
  await page.locator('.xterm').hover();
  await move(() => page.mouse.wheel(0, -10_000_000));
  return screens;
}

/** The lines on the screen once they have stopped moving. */
async function settled(page: Page): Promise<string[]> {
  let lines = await rows(page);
  await expect
    .poll(async () => {
      const before = lines;
      lines = await rows(page);
      return lines.join('\n') === before.join('\n');
    })
    .toBe(true);
  return lines;
}
