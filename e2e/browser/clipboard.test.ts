import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { signUp } from './steps.ts';
import { drawnAsText, rows } from './terminal-steps.ts';

const url = inject('url');
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch(drawnAsText);
  page = await openPage(browser, { permissions: ['clipboard-read', 'clipboard-write'] });
  const home = await signUp(page, { url, organization: 'Clipboards' });
  await page.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  await page.getByRole('link', { name: 'postgres-0' }).click();
  await page.getByRole('button', { name: 'Terminal', exact: true }).first().click();
  await page.locator('.xterm-helper-textarea:focus').waitFor({ state: 'attached' });
  await run('echo ready-$((40 + 2))');
  await screen().getByText('ready-42').waitFor();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

const screen = () => page.locator('.xterm-rows');
const run = (line: string) => page.keyboard.type(`${line}\n`);
/** Waits until the shell reads a line. While a command runs, bracketed paste is off: what is pasted then runs at once. */
const prompt = () =>
  expect.poll(async () => (await rows(page)).at(-1), { timeout: 20_000 }).toMatch(/^postgres-0:\S*[$#]$/);
const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');
const putInClipboard = (text: string) => page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);

it.each(['Control+v', 'Control+Shift+v'])('%s pastes', async (keys) => {
  const word = keys.replaceAll('+', '-');
  await putInClipboard(`echo ${word}-$((1 + 1))`);
  await page.keyboard.press(keys);
  await screen().getByText(`echo ${word}-$((1 + 1))`).waitFor();
  await page.keyboard.press('Enter');
  await screen().getByText(`${word}-2`, { exact: true }).waitFor();
});

it('pasted lines do not run until Enter where the shell supports bracketed paste', async () => {
  await prompt();
  await putInClipboard('echo first-$((1 + 2))\necho second-$((2 + 2))\n');
  await page.keyboard.press('Control+v');
  await screen().getByText('echo second-$((2 + 2))').waitFor();
  expect(await screen().getByText('first-3').count()).toBe(0);
  await page.keyboard.press('Enter');
  await screen().getByText('second-4', { exact: true }).waitFor();
  expect(await screen().getByText('first-3', { exact: true }).count()).toBe(1);
});

it('a paste cannot leave its brackets', async () => {
  await prompt();
  await putInClipboard('echo a\x1b[201~\necho escaped-$((3 + 3))\n');
  await page.keyboard.press('Control+v');
  await screen().getByText('echo escaped-$((3 + 3))').waitFor();
  await page.keyboard.press('Control+c');
  await run('echo after-$((4 + 4))');
  await screen().getByText('after-8', { exact: true }).waitFor();
  expect(await screen().getByText('escaped-6').count()).toBe(0);
});

it('several lines arrive whole in a program that reads them', async () => {
  const lines = Array.from({ length: 200 }, (_, number) => `line ${number}`);
  await run('wc -l << END');
  await putInClipboard(`${lines.join('\r\n')}\nEND`);
  await page.keyboard.press('Control+v');
  await page.keyboard.press('Enter');
  await screen().getByText('200', { exact: true }).waitFor();
});

it('Ctrl-C copies the selection and clears it; the next one interrupts', async () => {
  await run('clear; echo copied-$((5 + 5)); sleep 1000');
  const word = screen().getByText('copied-10', { exact: true });
  await word.waitFor();
  // The emulator handles the mouse in an element above the text.
  await word.dblclick({ force: true });
  await page.keyboard.press('Control+c');
  await expect.poll(clipboard).toBe('copied-10');
  await page.locator('.xterm-selection div').first().waitFor({ state: 'detached' });
  await page.keyboard.press('Control+c');
  await run('echo free-$((6 + 6))');
  await screen().getByText('free-12', { exact: true }).waitFor();
});
