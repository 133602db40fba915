import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, openTerminal, signUp } from './steps.ts';

const url = inject('url');
/** One account for all tests, because every organization has its own agent. */
let home: string;
let storageState: Awaited<ReturnType<BrowserContext['storageState']>>;

beforeAll(async () => {
  const browser = await launch();
  const page = await openPage(browser);
  home = await signUp(page, { url, organization: 'Terminals' });
  storageState = await page.context().storageState();
  await browser.close();
});

const software = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'];

/** The renderer depends on what the browser supports; each must show what the shell prints. */
describe.each([
  { name: 'without WebGL', args: ['--disable-webgl', '--disable-webgl2', '--disable-gpu'], webgl: false },
  {
    name: 'with WebGL in software',
    args: software,
    webgl: true,
  },
])('a terminal $name', ({ name, args, webgl }) => {
  const slug = name.toLowerCase().replaceAll(' ', '-');
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launch(args);
    page = await openPage(browser, { storageState });
    await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await picture(page, `failed-${slug}-${task.name.replace(/\W+/g, '-')}`);
  });
  afterAll(() => browser.close());

  it('runs in a browser with the expected WebGL support', async () => {
    expect(await page.evaluate(`document.createElement('canvas').getContext('webgl2') !== null`)).toBe(webgl);
  });

  it('shows what the shell prints', async () => {
    await openTerminal(page);
    await page.keyboard.type('echo drawn=$((40 + 2))\n');
    await page.locator('.xterm-rows').getByText('drawn=42').first().waitFor();
  });

  it('says that the shell has ended, and starts another', async () => {
    await page.keyboard.type('exit\n');
    const notice = page.getByRole('status').filter({ hasText: 'The shell has ended.' });
    await notice.waitFor();
    // Earlier output is still readable.
    expect(await page.locator('.xterm-rows').getByText('drawn=42').count()).toBeGreaterThan(0);
    await expectAccessible(page);
    await notice.locator('button:focus').getByText('Start again').waitFor();
    await page.keyboard.press('Enter');
    await notice.waitFor({ state: 'detached' });
    await page.keyboard.type('echo again=$((1 + 1))\n');
    await page.locator('.xterm-rows').getByText('again=2').first().waitFor();
  });
});

/** Makes software look like a graphics card, so that the terminal uses WebGL. `blank`: like one that draws nothing. */
const card = (blank: boolean) => `
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (type, options) {
    return getContext.call(this, type, { ...options, failIfMajorPerformanceCaveat: false });
  };
  const { getParameter } = WebGL2RenderingContext.prototype;
  WebGL2RenderingContext.prototype.getParameter = function (name) {
    return name === 0x9246 ? 'A graphics card' : getParameter.call(this, name);
  };
  if (${blank}) WebGL2RenderingContext.prototype.readPixels = () => {};
`;

describe.each([
  { name: 'a card that draws', blank: false },
  { name: 'a card that stays blank', blank: true },
])('a terminal on $name', ({ name, blank }) => {
  const slug = name.replaceAll(' ', '-');
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launch(software);
    page = await openPage(browser, { storageState });
    await page.addInitScript(card(blank));
    await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
    await openTerminal(page);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await picture(page, `failed-${slug}-${task.name.replace(/\W+/g, '-')}`);
  });
  afterAll(() => browser.close());

  it(blank ? 'falls back to the DOM' : 'draws the shell’s output on a canvas', async () => {
    const screen = page.locator('.xterm-screen');
    const size = async () => (await screen.screenshot()).byteLength;
    await page.locator('.xterm-cursor, canvas').first().waitFor({ state: 'attached' });
    const empty = await size();
    await page.keyboard.type('seq 100 $((200 + 200))\n');
    if (blank) {
      await page.locator('.xterm-rows').getByText('400').first().waitFor();
      expect(await screen.locator('canvas').count()).toBe(0);
      return;
    }
    // A screenshot full of digits is much larger than an empty one.
    await expect.poll(size, { timeout: 20_000 }).toBeGreaterThan(empty * 1.4);
    expect(await page.locator('.xterm-rows').count()).toBe(0);
    expect(await screen.locator('canvas').count()).toBeGreaterThan(0);
  });
});
