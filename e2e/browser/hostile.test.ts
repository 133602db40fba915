import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { type HostileApiserver, startHostileApiserver } from './hostile/apiserver.ts';
import { addresses, canary, evilHost, markup, names, printable } from './hostile/attacks.ts';
import { attempts, program } from './hostile/attempts.ts';
import { connectCluster } from './hostile/connect.ts';
import { type Kind, kinds } from './hostile/objects.ts';
import { foreignElements, type Observations, observe } from './hostile/observe.ts';
import { password, signUp } from './steps.ts';

const email = 'hostile@example.com';

const url = inject('url');
let browser: Browser;
let page: Page;
let seen: Observations;
let apiserver: HostileApiserver;
let cluster: AsyncDisposable;
let organization: string;
/** Path of the hostile cluster's pages. */
let base: string;
/** Where the cluster's own files lie on our origin. */
let evil: string;

beforeAll(async () => {
  apiserver = await startHostileApiserver();
  browser = await launch();
  page = await openPage(browser);
  // Signing up is watched too; the first page of the context was opened before.
  const home = await signUp(page, { url, organization: 'Hostile', email });
  const state = await page.context().storageState();
  organization = new URL(home).pathname.slice(1);
  cluster = await connectCluster(page, { url, caFile: inject('caFile'), organization, name: 'hostile', apiserver });
  await page.context().close();
  const blank = await openPage(browser, { storageState: state });
  seen = await observe(blank.context(), url);
  await blank.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
  page = await blank.context().newPage();
  await blank.close();
  base = `/${organization}/clusters/hostile`;
  evil = `/k8s/${organization}/hostile/evil`;
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-').slice(0, 80)}`);
  seen.clear();
});
afterAll(async () => {
  await browser.close();
  await cluster[Symbol.asyncDispose]();
  await apiserver[Symbol.asyncDispose]();
});

/** Nothing ran, nothing tried to, and nothing on the page would. */
async function expectHarmless(): Promise<void> {
  expect(await foreignElements(page)).toEqual([]);
  // Two turns of the event loop and a frame: what was put into the page has had its chance.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))');
  expect(seen.ran).toEqual([]);
  expect(seen.violations).toEqual([]);
  expect(seen.surprises).toEqual([]);
}

/** Chooses from the menu of a row of the table of pods. */
async function openFromRow(item: string, row = 'pod-1'): Promise<void> {
  await page.goto(`${url}${base}/r/pods`);
  await page.getByRole('button', { name: `Actions for ${row}`, exact: true }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click();
}

const attacksShown = () => page.getByText(canary).filter({ visible: true }).first();
const id = ({ group, resource }: { group: string; resource: string }) =>
  group === '' ? resource : `${resource}.${group}`;

/** The pages of a cluster: a table and an object of each kind, all parts of two, and a pod of each name. */
function pages(): [name: string, path: string][] {
  const table = (kind: Kind): string => `/r/${encodeURIComponent(id(kind))}`;
  const object = (kind: Kind, name: string): string =>
    `${table(kind)}/${kind.namespaced ? 'default' : '-'}/${encodeURIComponent(name)}`;
  const [pod] = kinds;
  // An address cannot hold a kind called `..`; the palette and the sidebar show it.
  return [
    ['the overview', ''],
    ...kinds
      .filter(({ kind }) => kind !== 'Up')
      .flatMap((kind): [string, string][] => [
        [`the table of ${kind.kind.slice(0, 20)}`, table(kind)],
        ...(kind === pod || kind.kind === printable ? ['', '?tab=yaml', '?tab=events'] : ['']).map(
          (tab): [string, string] => [`the page of a ${kind.kind.slice(0, 20)}${tab}`, object(kind, 'pod-1') + tab],
        ),
      ]),
    ...(pod === undefined ? [] : names.map((name): [string, string] => [`a pod named ${name}`, object(pod, name)])),
  ];
}

describe('what a hostile cluster says is shown as text', () => {
  it.each(pages())('%s', async (_name, path) => {
    await page.goto(url + base + path);
    await attacksShown().waitFor();
    await expectHarmless();
  });

  it('a log, and its download', async () => {
    await openFromRow('Logs');
    const lines = page.getByRole('region', { name: 'Log lines' });
    await lines.getByText('the end of the attacks').first().waitFor();
    await expectHarmless();
    const saved = page.waitForEvent('download');
    await page.getByRole('region', { name: 'Dock' }).getByRole('button', { name: 'Download' }).click();
    await page.getByRole('menuitem', { name: 'Full log kept by the node' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe('pod-1-main.log');
    expect(readFileSync(await download.path(), 'utf8')).toContain(markup[0]);
    await expectHarmless();
  });

  it('what a terminal prints, and its links', async () => {
    await page.evaluate(`navigator.clipboard.writeText('mine')`);
    await openFromRow('Terminal');
    const screen = page.locator('.xterm-rows');
    await screen.getByText('the end of the attacks').first().waitFor();
    await expectHarmless();
    for (const words of ['click me', 'and me']) {
      // The row is drawn anew under the pointer, so it is not the element that is clicked but the place.
      const place = await screen.getByText(words).first().boundingBox();
      await page.mouse.move((place?.x ?? 0) + 20, (place?.y ?? 0) + 8);
      await page.keyboard.down('ControlOrMeta');
      await page.mouse.click((place?.x ?? 0) + 20, (place?.y ?? 0) + 8);
      await page.keyboard.up('ControlOrMeta');
    }
    await expectHarmless();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('mine');
    expect(await page.title()).not.toContain(canary);
    // Answers to its questions about the terminal are sent as if they were typed, so none may hold words of its choice.
    expect(apiserver.typed()).not.toMatch(new RegExp(`${canary}|img|stolen|evil`));
    await page.locator('.xterm').click();
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Start again' }).waitFor();
    await expectHarmless();
  });

  it('the palette, the choice of namespaces and the dialog that asks before deleting', async () => {
    await page.goto(`${url}${base}/r/pods`);
    await attacksShown().waitFor();
    await page.getByRole('button', { name: /^Command palette/ }).click();
    const palette = page.getByRole('dialog');
    for (const typed of ['img', 'javascript', 'evil', 'Up', '..']) {
      await palette.getByRole('combobox').fill(typed);
      await palette.getByRole('option').first().waitFor();
      await expectHarmless();
    }
    // Leads up, were it taken as it stands.
    await palette.getByRole('combobox').fill(`../${evilHost}`);
    await palette.getByRole('option').first().waitFor();
    await page.keyboard.press('Enter');
    await palette.waitFor({ state: 'detached' });
    await page.waitForURL(({ pathname }) => pathname.startsWith(`${base}/r/`) && pathname.includes('evil'));
    await expectHarmless();
    await page.goto(`${url}${base}/r/pods`);
    await page
      .getByRole('button', { name: /namespace/i })
      .first()
      .click();
    await page
      .getByText(names[1] ?? '')
      .filter({ visible: true })
      .first()
      .waitFor();
    await expectHarmless();
    await page.keyboard.press('Escape');
    await openFromRow('Delete', names[1]);
    await page
      .getByRole('alertdialog')
      .or(page.getByRole('dialog'))
      .getByText(names[1] ?? '')
      .first()
      .waitFor();
    await expectHarmless();
  });
});

describe('what other people of the organization may say is shown as text', () => {
  it('sessions, tokens and the list of clusters', async () => {
    const headers = { origin: url };
    const api = `${url}/api/v1/organizations/${organization}`;
    const made = await page.request.post(`${api}/tokens`, { headers, data: { name: markup[1] } });
    expect([201, 400]).toContain(made.status());
    for (const path of ['', '/sessions', '/tokens', '/add-cluster']) {
      await page.goto(`${url}/${organization}${path}`);
      await page.getByRole('main').getByRole('heading').first().waitFor();
      await expectHarmless();
    }
  });
});

describe('an address that someone sends', () => {
  it.each([...addresses, ...markup.slice(0, 3)])('%s', async (attack) => {
    const part = encodeURIComponent(attack);
    const rest = `${part}/${part}?ns=${part}&q=${part}&tab=${part}#${part}`;
    for (const path of [
      `/${part}`,
      `/${part}/clusters/${part}`,
      `${base}/r/${part}/${rest}`,
      `${base}/r/pods/${rest}`,
    ]) {
      const answer = await page.goto(url + path);
      // What a page of ours says; an address with a control character is refused before it gets to one.
      if (answer?.status() === 400) expect(attack).toMatch(/\p{Cc}/u);
      else await page.getByRole('main').getByRole('heading').or(page.getByRole('alert')).first().waitFor();
      // No link that is there leads elsewhere.
      await expectHarmless();
    }
  });

  it.each(addresses)('that asks to go to %s after signing in', async (next) => {
    const visitor = await openPage(browser);
    const elsewhere: string[] = [];
    await visitor.route(
      (asked) => asked.origin !== url,
      (route) => {
        elsewhere.push(route.request().url());
        return route.abort();
      },
    );
    await visitor.goto(`${url}/sign-in?next=${encodeURIComponent(next)}`);
    await visitor.getByLabel('E-mail').fill(email);
    await visitor.getByLabel('Password', { exact: true }).fill(password);
    await visitor.getByRole('button', { name: 'Sign in' }).click();
    await visitor.waitForURL(`${url}/${organization}`);
    expect(elsewhere).toEqual([]);
    await visitor.context().close();
  });
});

describe('what a cluster serves on our origin', () => {
  it.each(attempts)('does not run as %s', async (_name, directive, script) => {
    await page.goto(`${url}/${organization}`);
    await page.getByRole('main').getByRole('heading').first().waitFor();
    const asked = apiserver.asked.length;
    const outcome = await page.evaluate(program(script.replaceAll('$', evil)));
    // A frame that was refused shows the browser's own page of an error, which loads.
    if (directive !== 'frame-src') expect(outcome).not.toBe('loaded');
    expect(seen.ran).toEqual([]);
    expect(seen.surprises.filter((surprise) => !/about:blank|chrome-error:/.test(surprise))).toEqual([]);
    expect(seen.violations.map((violation) => violation.split(' ')[0])).toContain(directive);
    // The browser did not even ask for it.
    expect(apiserver.asked.slice(asked).filter((path) => path.startsWith('/evil/'))).toEqual([]);
  });

  it('does not run in the worker of our own build, which loads what its address says', async () => {
    const started = page.waitForEvent('worker');
    await page.goto(`${url}${base}/r/pods`);
    const worker = (await started).url();
    expect(worker).toContain('/_next/static/');
    const params = encodeURIComponent(JSON.stringify([[`${evil}/worker.js`], '', '', '', '']));
    const asked = apiserver.asked.length;
    const loader = `${worker.replace(/[?#].*/, '')}#params=${params}`;
    const attempt = program(`work(() => new Worker(${JSON.stringify(loader)}))`);
    expect(await page.evaluate(attempt)).toBe('refused');
    expect(seen.ran).toEqual([]);
    expect(apiserver.asked.slice(asked).filter((path) => path.startsWith('/evil/'))).toEqual([]);
  });

  it.each(['page.html', 'picture.svg', 'page.xml', 'script.js'])(
    'is saved and not shown when %s is opened',
    async (file) => {
      const tab = await page.context().newPage();
      seen.clear();
      const saved = tab.waitForEvent('download');
      await tab.goto(`${url}${evil}/${file}`).catch(() => undefined);
      const download = await saved;
      expect(download.suggestedFilename()).toContain(file.split('.')[0]);
      expect(seen.ran).toEqual([]);
      await tab.close();
    },
  );

  it('cannot be loaded by other pages of this browser, whatever they send', async () => {
    const tab = await page.context().newPage();
    await tab.route('https://elsewhere.invalid/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<script src="${url}${evil}/script.js"></script><img src="${url}${evil}/picture.svg">`,
      }),
    );
    const asked = apiserver.asked.length;
    await tab.goto('https://elsewhere.invalid/');
    await tab.waitForLoadState('load');
    expect(seen.ran).toEqual([]);
    expect(apiserver.asked.slice(asked).filter((path) => path.startsWith('/evil/'))).toEqual([]);
    await tab.close();
  });

  it('sets no cookie', async () => {
    await page.request.get(`${url}${evil}/page.html`);
    const cookies = await page.context().cookies();
    expect(cookies.map(({ name }) => name)).not.toContain('planted');
  });
});

it('the page that documents the API works under its own policy', async () => {
  await page.goto(`${url}/api/docs`);
  await page
    .getByRole('heading', { name: /Postern/ })
    .first()
    .waitFor();
  await page.locator('.opblock').first().waitFor();
  expect(seen.violations).toEqual([]);
  expect(await page.evaluate(program(`add('script', { src: '${evil}/script.js' })`))).toBe('refused');
  expect(seen.ran).toEqual([]);
});
