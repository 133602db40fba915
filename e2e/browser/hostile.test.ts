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
/** Path of the cluster's own files on our origin. */
let evil: string;

beforeAll(async () => {
  apiserver = await startHostileApiserver();
  browser = await launch();
  page = await openPage(browser);
  // Signs up in one context, and observes another from before its first page.
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

/** Expects that nothing ran or tried to, and that no element of the page would. */
async function expectHarmless(): Promise<void> {
  expect(await foreignElements(page)).toEqual([]);
  // A frame and two turns of the event loop, so that anything injected into the page has had its chance.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))');
  expect(seen.ran).toEqual([]);
  expect(seen.violations).toEqual([]);
  expect(seen.surprises).toEqual([]);
}

/** Chooses an item from the menu of a row in the table of pods. */
async function openFromRow(item: string, row = 'pod-1'): Promise<void> {
  await page.goto(`${url}${base}/r/pods`);
  await page.getByRole('button', { name: `Actions for ${row}`, exact: true }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click();
}

const attacksShown = () => page.getByText(canary).filter({ visible: true }).first();
const id = ({ group, resource }: { group: string; resource: string }) =>
  group === '' ? resource : `${resource}.${group}`;

/** The pages of a cluster: a table and an object of each kind, all tabs of two of them, and a pod of each name. */
function pages(): [name: string, path: string][] {
  const table = (kind: Kind): string => `/r/${encodeURIComponent(id(kind))}`;
  const object = (kind: Kind, name: string): string =>
    `${table(kind)}/${kind.namespaced ? 'default' : '-'}/${encodeURIComponent(name)}`;
  const [pod] = kinds;
  // A URL cannot contain a kind called `..`; the palette and the sidebar show it.
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

describe('data of a hostile cluster is shown as text', () => {
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
    await page.getByRole('menuitem', { name: 'Download the full log kept by the node' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe('pod-1-main.log');
    expect(readFileSync(await download.path(), 'utf8')).toContain(markup[0]);
    await expectHarmless();
  });

  it('the output of a terminal, and its links', async () => {
    await page.evaluate(`navigator.clipboard.writeText('mine')`);
    await openFromRow('Terminal');
    const screen = page.locator('.xterm-rows');
    await screen.getByText('the end of the attacks').first().waitFor();
    await expectHarmless();
    for (const words of ['click me', 'and me']) {
      // The row is redrawn under the pointer, so click the position instead of the element.
      const place = await screen.getByText(words).first().boundingBox();
      await page.mouse.move((place?.x ?? 0) + 20, (place?.y ?? 0) + 8);
      await page.keyboard.down('ControlOrMeta');
      await page.mouse.click((place?.x ?? 0) + 20, (place?.y ?? 0) + 8);
      await page.keyboard.up('ControlOrMeta');
    }
    await expectHarmless();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('mine');
    expect(await page.title()).not.toContain(canary);
    // Answers to terminal queries are sent as if they were typed, so none may contain text chosen by the program.
    expect(apiserver.typed()).not.toMatch(new RegExp(`${canary}|img|stolen|evil`));
    await page.locator('.xterm').click();
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Start again' }).waitFor();
    await expectHarmless();
  });

  it('the palette, the namespace picker and the delete dialog', async () => {
    await page.goto(`${url}${base}/r/pods`);
    await attacksShown().waitFor();
    await page.getByRole('button', { name: /^Command palette/ }).click();
    const palette = page.getByRole('dialog');
    for (const typed of ['img', 'javascript', 'evil', 'Up', '..']) {
      await palette.getByRole('combobox').fill(typed);
      await palette.getByRole('option').first().waitFor();
      await expectHarmless();
    }
    // Would lead up the path if it were not escaped.
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

describe('data of other members is shown as text', () => {
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

describe('a link that someone sends', () => {
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
      // One of our pages; a URL with a control character is refused before it gets to one.
      if (answer?.status() === 400) expect(attack).toMatch(/\p{Cc}/u);
      else await page.getByRole('main').getByRole('heading').or(page.getByRole('alert')).first().waitFor();
      await expectHarmless();
    }
  });

  it.each(addresses)('does not lead to %s after signing in', async (next) => {
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

describe('a file that a cluster serves on our origin', () => {
  it.each(attempts)('does not run as %s', async (_name, directive, script) => {
    await page.goto(`${url}/${organization}`);
    await page.getByRole('main').getByRole('heading').first().waitFor();
    const asked = apiserver.asked.length;
    const outcome = await page.evaluate(program(script.replaceAll('$', evil)));
    // A blocked frame shows the browser's own error page, which does load.
    if (directive !== 'frame-src') expect(outcome).not.toBe('loaded');
    expect(seen.ran).toEqual([]);
    expect(seen.surprises.filter((surprise) => !/about:blank|chrome-error:/.test(surprise))).toEqual([]);
    expect(seen.violations.map((violation) => violation.split(' ')[0])).toContain(directive);
    // The browser did not even request it.
    expect(apiserver.asked.slice(asked).filter((path) => path.startsWith('/evil/'))).toEqual([]);
  });

  it('does not run in our own worker, which loads the scripts named in its URL', async () => {
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
    'is downloaded instead of shown when %s is opened',
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

  it('cannot be loaded by pages of other origins', async () => {
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

it('the API documentation works under its own policy', async () => {
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
