import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, openTerminal, signUp } from './steps.ts';

const url = inject('url');
/** Between two keys of a fast typist, in milliseconds. */
const KEY_MS = 30;
/** Each letter of these is a key of some page, alone or after `g`. */
const words = ['deploy', 'delete', 'logs', 'sly', 'jkd', 'nodes', 'yes', 'gtgcgs', 'secrets', 'lc?'];

/** A table with rows that stay. */
const rows = '/clusters/demo/r/pods?ns=shop&q=postgres';

let browser: Browser;
let page: Page;
/** The organization's page. */
let home: string;
let storageState: Awaited<ReturnType<BrowserContext['storageState']>>;

beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
  home = await signUp(page, { url, organization: 'Fast typists' });
  storageState = await page.context().storageState();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

const field = () => page.getByRole('combobox', { name: 'Command palette' });
const option = (name: RegExp) => page.getByRole('option', { name }).first();

/** What a key of the page could have changed. */
async function traces(): Promise<object> {
  return {
    url: page.url(),
    layers: await page.locator('[role=dialog], [role=alertdialog], [role=menu]').count(),
    dock: await page.getByRole('region', { name: 'Dock' }).count(),
    active: await page.locator('[data-grid]').evaluateAll((grids) => grids[0]?.getAttribute('aria-activedescendant')),
  };
}

/** Opens the palette and types at once; every letter must be in its field, and the page must be as it was. */
async function typeFast(word: string): Promise<void> {
  const before = await traces();
  await page.keyboard.press('Control+k');
  await page.keyboard.type(word, { delay: KEY_MS });
  expect(await field().inputValue()).toBe(word);
  await page.keyboard.press('Escape');
  await field().waitFor({ state: 'detached' });
  expect(await traces()).toEqual(before);
}

const pages = [
  {
    name: 'the list of clusters',
    path: '',
    ready: () =>
      page
        .getByText(/^Online/)
        .first()
        .waitFor(),
  },
  { name: 'API tokens', path: '/tokens', ready: () => page.getByText('No tokens yet').waitFor() },
  { name: 'a table with an active row', path: rows, ready: activateRow },
  {
    name: 'an object',
    path: '/clusters/demo/r/deployments.apps/shop/frontend',
    ready: () => page.getByRole('button', { name: 'Restart', exact: true }).waitFor(),
  },
];

async function activateRow(): Promise<void> {
  await page.getByRole('link', { name: 'postgres-0' }).first().waitFor();
  await page.keyboard.press('j');
  await page.locator('[data-grid][aria-activedescendant]').waitFor();
}

/** Opens a page as in a new browser. */
async function openAfresh(path: string): Promise<void> {
  await page.context().close();
  page = await openPage(browser, { storageState });
  await page.goto(home + path, { waitUntil: 'commit' });
}

describe.each(pages)('from the first key after Ctrl-K, on $name', ({ path, ready }) => {
  it('the palette takes what is typed fast, 45 times', { timeout: 120_000 }, async () => {
    await page.goto(home + path);
    await ready();
    for (let round = 0; round < 45; round++) await typeFast(words[round % words.length] ?? '');
  });

  it('it does so in a new browser that is slow', { timeout: 120_000 }, async () => {
    for (const word of words.slice(0, 2)) {
      await openAfresh(path);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: 6 });
      await ready();
      await typeFast(word);
    }
  });

  it('it does so while the rest of its code is 2 s late', { timeout: 120_000 }, async () => {
    const first = await (await page.request.get(home + path)).text();
    for (const word of words.slice(3, 6)) {
      await page.context().close();
      page = await openPage(browser, { storageState });
      let late = 0;
      await page.route('**/_next/static/**/*.js', async (route) => {
        if (!first.includes(new URL(route.request().url()).pathname)) {
          late++;
          await new Promise((resolve) => setTimeout(resolve, 2000));
        }
        await route.continue();
      });
      await page.goto(home + path);
      await ready();
      await typeFast(word);
      expect(late).toBeGreaterThan(0);
    }
  });
});

it('keeps what was typed, and Enter, until the commands are there', async () => {
  await page.unrouteAll({ behavior: 'wait' });
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = await (await page.request.get(`${home}/tokens`)).text();
  await page.route('**/_next/static/**/*.js', async (route) => {
    if (!first.includes(new URL(route.request().url()).pathname)) await held;
    await route.continue();
  });
  await page.goto(`${home}/tokens`);
  await page.getByText('No tokens yet').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('sessions\n', { delay: KEY_MS });
  await page.getByRole('status').getByText('Loading…').waitFor();
  expect(await field().inputValue()).toBe('sessions');
  release();
  await page.waitForURL(`${home}/sessions`);
  expect(await field().count()).toBe(0);
});

it('offers to try again if the commands cannot be loaded', async () => {
  const first = await (await page.request.get(`${home}/tokens`)).text();
  await page.unrouteAll({ behavior: 'wait' });
  await page.route('**/_next/static/**/*.js', (route) =>
    first.includes(new URL(route.request().url()).pathname) ? route.continue() : route.abort(),
  );
  await page.goto(`${home}/tokens`);
  await page.getByText('No tokens yet').waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('sess');
  await page.getByText('The commands could not be loaded.').waitFor();
  await expectAccessible(page);
  await page.unrouteAll({ behavior: 'wait' });
  await page.getByRole('button', { name: 'Try again' }).click();
  await option(/^Sessions/).waitFor();
  expect(await field().inputValue()).toBe('sess');
  await page.keyboard.press('Escape');
});

describe('the keys of a page are dead', () => {
  beforeAll(async () => {
    await page.goto(home + rows);
    await activateRow();
  });

  const layers: { name: string; open: () => Promise<void>; keys?: string; close?: () => Promise<void> }[] = [
    {
      name: 'the palette, with the focus on its list',
      open: async () => {
        await page.keyboard.press('Control+k');
        await page.getByRole('listbox', { name: 'Results' }).focus();
      },
    },
    {
      name: 'a row’s menu',
      open: async () => {
        await page.getByRole('button', { name: 'Actions for postgres-0' }).first().click();
        await page.getByRole('menu').waitFor();
      },
    },
    {
      name: 'the account’s menu',
      open: async () => {
        await page.getByRole('button', { name: /^Account/ }).click();
        await page.getByRole('menu').waitFor();
      },
    },
    { name: 'the list of shortcuts', open: () => page.keyboard.press('?') },
    {
      name: 'a dialog, with the focus on a button',
      open: async () => {
        await page.keyboard.press('d');
        await page.getByRole('button', { name: 'Cancel' }).focus();
      },
    },
    { name: 'the namespaces', open: () => page.keyboard.press('n') },
  ];

  it.each(layers)('under $name', async ({ open }) => {
    await open();
    const before = await traces();
    for (const key of ['y', 'l', 's', 'j', 'd', 'g', 't']) await page.keyboard.press(key);
    expect(await traces()).toEqual(before);
    await page.keyboard.press('Escape');
    await page.locator('[role=dialog], [role=menu]').waitFor({ state: 'detached' });
  });

  it('while a select has the focus', async () => {
    await page.evaluate(`{
      const select = document.createElement('select');
      for (const text of ['one', 'two']) select.append(new Option(text));
      document.querySelector('main').append(select);
      // The layer of the test before may return the focus to the page only after it has gone.
      new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))).then(() => select.focus());
    }`);
    await page.locator('main > select:focus').waitFor();
    const before = await traces();
    for (const key of ['y', 'l', 's', 'j', 'd', 'g', 't']) await page.keyboard.press(key);
    expect(await traces()).toEqual(before);
  });

  it('while the code of a dialog is being loaded', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.goto(home);
    await page
      .getByText(/^Online/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Actions for demo' }).click();
    await page.route('**/_next/static/**/*.js', async (route) => {
      await held;
      await route.continue();
    });
    const asked = page.waitForRequest(/_next\/static\/.*\.js/);
    await page.getByRole('menuitem', { name: 'Edit labels' }).click();
    await asked;
    await page.getByRole('menu').waitFor({ state: 'detached' });
    const before = await traces();
    for (const key of ['g', 't', '?']) await page.keyboard.press(key);
    expect(await traces()).toEqual(before);
    release();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.unrouteAll({ behavior: 'wait' });
    // Nothing is left behind.
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForURL(`${home}/tokens`);
  });
});

it('types nothing into a terminal that comes back while the palette is open', async () => {
  const context = await browser.newContext({ storageState, ignoreHTTPSErrors: true });
  const other = await context.newPage();
  await other.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  await openTerminal(other);
  await other.locator('.xterm-helper-textarea:focus').waitFor();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await other.route('**/socket.io/**', async (route) => {
    await held;
    await route.continue();
  });
  const first = await (await other.request.get(`${home}/tokens`)).text();
  await other.route('**/_next/static/**/*.js', async (route) => {
    if (!first.includes(new URL(route.request().url()).pathname)) await held;
    await route.continue();
  });
  await other.goto(`${home}/tokens`);
  await other.getByText('No tokens yet').waitFor();
  await other.keyboard.press('Control+k');
  await other.keyboard.type('sess');
  release();
  await other.locator('.xterm-helper-textarea').waitFor({ state: 'attached' });
  await other.getByText('Connecting').waitFor({ state: 'detached' });
  await other.keyboard.type('ions');
  expect(await other.getByRole('combobox', { name: 'Command palette' }).inputValue()).toBe('sessions');
  await context.close();
});
