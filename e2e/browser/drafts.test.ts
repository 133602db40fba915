import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, signUp } from './steps.ts';

const url = inject('url');
let browser: Browser;
let page: Page;
let home: string;
/** The path of the cluster's API. */
const api = '/k8s/drafts/demo';

beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
  home = await signUp(page, { url, organization: 'Drafts' });
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

interface Answer {
  status: number;
  body: { data?: Record<string, string>; metadata: { name: string } };
}
/** A request of the signed-in person to the cluster. */
const ask = (path: string, method = 'GET', body?: unknown) =>
  page.evaluate<Answer>(
    `fetch(${JSON.stringify(api + path)}, { method: ${JSON.stringify(method)}, headers: { 'content-type': 'application/merge-patch+json' }, ${
      body === undefined ? '' : `body: ${JSON.stringify(JSON.stringify(body))}`
    } }).then(async (response) => ({ status: response.status, body: await response.json() }))`,
  );
const maps = '/api/v1/namespaces/shop/configmaps';
const map = `${maps}/frontend-config`;
const mapPage = () => `${home}/clusters/demo/r/configmaps/shop/frontend-config`;
const offer = () => page.getByRole('region', { name: 'Unsaved changes' });
const button = (name: string) => page.getByRole('button', { name, exact: true });
const editor = () => page.locator('.cm-content');

/** Puts the cursor behind a text in the editor, and types. */
async function typeAfter(text: string, typed: string): Promise<void> {
  await editor().getByText(text, { exact: true }).first().click();
  await page.keyboard.press('End');
  await page.keyboard.type(typed);
}

async function edit(): Promise<void> {
  await page.goto(`${mapPage()}?tab=yaml`);
  await button('Edit').click();
  await button('Review changes').waitFor();
}

describe('unsaved changes', () => {
  it('survive a link, a reload and a closed tab', async () => {
    await edit();
    await typeAfter('data:', '\n  DRAFT: "typed"');
    await page.getByRole('link', { name: 'Overview' }).first().click();
    await page
      .getByText(/nodes ready/)
      .first()
      .waitFor();
    await page.goto(mapPage());
    await offer()
      .getByText(/You have unsaved changes from \d\d:\d\d/)
      .waitFor();
    await expectAccessible(page);
    await button('Continue').click();
    await editor().getByText('DRAFT').waitFor();
    await typeAfter('data:', '\n  SECOND: "typed"');
    await page.reload();
    await button('Continue').click();
    await editor().getByText('SECOND').waitFor();
    await typeAfter('data:', '\n  THIRD: "typed"');
    const context = page.context();
    await page.close({ runBeforeUnload: true });
    page = await context.newPage();
    await page.goto(mapPage());
    await button('Continue').click();
    await editor().getByText('THIRD').waitFor();
    await button('Stop editing').click();
    await page.getByRole('dialog', { name: 'Keep your changes to frontend-config?' }).waitFor();
    await expectAccessible(page);
    await button('Keep draft').click();
    await offer().waitFor();
  });

  it('are compared with an object that has changed meanwhile, and applied on top of it', async () => {
    expect((await ask(map, 'PATCH', { data: { MEANWHILE: 'yes' } })).status).toBe(200);
    await button('Continue').click();
    const dialog = page.getByRole('dialog', { name: 'frontend-config has changed since you began' });
    await dialog.getByRole('region', { name: 'What has changed since' }).getByText('MEANWHILE').waitFor();
    await dialog.getByRole('region', { name: 'What you changed' }).getByText('DRAFT').waitFor();
    await expectAccessible(page);
    await button('Continue on the newest').click();
    await editor().getByText('MEANWHILE').waitFor();
    await button('Review changes').click();
    await button('Apply').click();
    await page.getByText('frontend-config changed').waitFor();
    const { data } = (await ask(map)).body;
    expect(data).toMatchObject({ DRAFT: 'typed', SECOND: 'typed', THIRD: 'typed', MEANWHILE: 'yes' });
    await page.reload();
    await button('Edit').waitFor();
    expect(await offer().count()).toBe(0);
    await ask(map, 'PATCH', { data: { DRAFT: null, SECOND: null, THIRD: null, MEANWHILE: null } });
  });

  it('name the line of a field that the server refuses', async () => {
    await page.goto(`${home}/clusters/demo/r/deployments.apps/shop/frontend?tab=yaml`);
    await button('Edit').click();
    await editor().getByText('matchLabels').first().click();
    await page.keyboard.press('End');
    await page.keyboard.type('\n  wrong: "label"');
    await page.keyboard.press('Control+s');
    const problems = page.getByRole('region', { name: 'Problems' });
    const item = problems.getByRole('button', { name: /^Line \d+ spec\./ });
    await item.waitFor();
    const line = /Line (\d+)/.exec((await item.textContent()) ?? '')?.[1];
    expect(await page.locator('.cm-lint-marker-error').count()).toBe(1);
    await page.locator('.cm-lint-marker-error').hover();
    await page
      .locator('.cm-tooltip')
      .getByText(/spec\./)
      .waitFor();
    expect(line).toBeDefined();
    await expectAccessible(page);
    await button('Stop editing').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Throw away' }).click();
  });

  it('name the line of a misspelt field, although the rest is in order', async () => {
    await edit();
    await typeAfter('apiVersion', '\nimmutabel: true');
    await page.keyboard.press('Control+s');
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByRole('button', { name: 'Line 2 immutabel: Unknown field' }).waitFor();
    expect((await ask(map)).body).not.toHaveProperty('immutabel');
    await button('Stop editing').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Throw away' }).click();
  });

  it('of a Secret are never stored', async () => {
    const [name] = await page.evaluate<string[]>(
      `fetch('${api}/api/v1/namespaces/shop/secrets').then((response) => response.json()).then(({ items }) => items.map(({ metadata }) => metadata.name))`,
    );
    await page.goto(`${home}/clusters/demo/r/secrets/shop/${name}?tab=yaml`);
    await button('Edit').click();
    await typeAfter('data:', '\n  DRAFT: c2VjcmV0LWRyYWZ0');
    await page.getByText('What is typed for a Secret is never stored in the browser.').waitFor();
    await page.evaluate(`window.dispatchEvent(new Event('pagehide'))`);
    expect(await page.evaluate<string>('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toContain(
      'c2VjcmV0',
    );
    await button('Stop editing').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Throw away' }).click();
  });
});

const manifest = (name: string, data: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  key: ${data}\n`;

describe('creating from YAML', () => {
  afterAll(async () => {
    for (const name of ['one', 'two', 'three', 'from-file', 'from-another', 'dropped'])
      await ask(`${maps}/${name}`, 'DELETE');
  });
  const dialog = () => page.getByRole('dialog', { name: 'Create in demo' });
  const objects = () => dialog().getByRole('list', { name: 'Objects' }).getByRole('listitem');

  it('tries three documents, says which one is wrong at its line, and creates the others', async () => {
    await page.goto(`${home}/clusters/demo/r/configmaps?ns=shop`);
    await page.getByRole('link', { name: 'frontend-config' }).waitFor();
    await button('Create').click();
    await dialog().getByText('kind').first().waitFor();
    expect(await dialog().getByLabel('Namespace, if none is given').inputValue()).toBe('shop');
    await dialog().locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    const text = [manifest('one', 'x'), manifest('two', '[1]'), manifest('three', 'x')].join('---\n');
    await page.keyboard.insertText(text);
    await button('Check').click();
    await expect
      .poll(() => objects().allTextContents())
      .toEqual([
        'one ConfigMap in shopWill be created',
        expect.stringMatching(/^two ConfigMap in shopNot possible/),
        'three ConfigMap in shopWill be created',
      ]);
    await dialog()
      .getByRole('button', { name: /^Line 13 data\.key: / })
      .waitFor();
    await expectAccessible(page);
    expect((await ask(`${maps}/one`)).status).toBe(404);
    await button('Create 2, leave out 1').click();
    await expect
      .poll(() => objects().allTextContents())
      .toEqual([
        'one ConfigMap in shopCreated',
        expect.stringMatching(/^two ConfigMap in shopNot possible/),
        'three ConfigMap in shopCreated',
      ]);
    expect((await ask(`${maps}/three`)).status).toBe(200);
    expect((await ask(`${maps}/two`)).status).toBe(404);
    await dialog().getByRole('link', { name: 'one', exact: true }).click();
    await page.waitForURL(`${home}/clusters/demo/r/configmaps/shop/one`);
    await dialog().waitFor({ state: 'detached' });
  });

  it('goes on with what is left, and offers to change what exists', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('create from', { delay: 30 });
    await page.locator('[role=option][aria-selected=true]').filter({ hasText: 'Create from YAML' }).waitFor();
    await page.keyboard.press('Enter');
    await dialog()
      .getByText(/This is what you were writing at/)
      .waitFor();
    await dialog().locator('.cm-content').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(
      [manifest('one', 'changed'), manifest('two', 'x'), manifest('three', 'x')].join('---\n'),
    );
    await button('Check').click();
    await expect.poll(() => objects().count()).toBe(3);
    await objects().nth(0).getByText('Exists and differs').waitFor();
    await objects().nth(0).getByText('key: changed').waitFor();
    await objects().nth(2).getByText('Exists, nothing to change').waitFor();
    await expectAccessible(page);
    await dialog().getByLabel('Apply this change to one').check();
    await button('Create 1, change 1').click();
    await objects().nth(0).getByText('Changed', { exact: true }).waitFor();
    await objects().nth(1).getByText('Created', { exact: true }).waitFor();
    expect((await ask(`${maps}/one`)).body.data).toEqual({ key: 'changed' });
    await button('Close').last().click();
    await dialog().waitFor({ state: 'detached' });
  });

  it('takes files that are opened or dropped, and opens with a key', async () => {
    await page.locator('main').click();
    await page.keyboard.press('c');
    await dialog().locator('.cm-content').waitFor();
    const name = 'x.yaml';
    const mimeType = 'application/yaml';
    const files = [manifest('from-file', 'x'), manifest('from-another', 'x')].map((text) => ({
      name,
      mimeType,
      buffer: Buffer.from(text),
    }));
    await dialog().locator('input[type=file]').setInputFiles(files);
    await dialog().getByText('from-another').waitFor();
    const transfer = await page.evaluateHandle(
      `(() => { const transfer = new DataTransfer(); transfer.items.add(new File([${JSON.stringify(manifest('dropped', 'x'))}], 'y.yaml')); return transfer; })()`,
    );
    await dialog().locator('.cm-content').dispatchEvent('drop', { dataTransfer: transfer });
    await dialog().getByText('dropped').waitFor();
    await button('Check').click();
    await button('Create 3').click();
    await expect.poll(async () => (await objects().allTextContents()).join()).toMatch(/(.*Created){3}/);
    await page.keyboard.press('Escape');
  });
});

describe('signing out', () => {
  it('removes drafts from the browser', async () => {
    await edit();
    await typeAfter('data:', '\n  LEFT: "behind"');
    const stored = () => page.evaluate<string>('JSON.stringify(localStorage)');
    await expect.poll(stored).toContain('behind');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(`${url}/sign-in`);
    expect(await stored()).not.toContain('behind');
  });
});
