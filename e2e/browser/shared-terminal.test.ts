import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Member, setMember } from '../harness/memberships.ts';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, openTerminal, password, signUp } from './steps.ts';
import { drawnAsText, shows, type } from './terminal-steps.ts';

const url = inject('url');
const data = inject('data');
const organization = 'shared-terminals';
const [ada, bob] = ['ada-shares@example.com', 'bob-watches@example.com'];
/** Within this time a person who lost a right has lost what it opened, in milliseconds. */
const WITHIN = 5_000;

let browser: Browser;
let home: string;
/** The one whose terminal it is, and a colleague. */
let owner: Page;
let colleague: Page;

beforeAll(async () => {
  browser = await launch(drawnAsText);
  owner = await openPage(browser);
  colleague = await openPage(browser);
  home = await signUp(owner, { url, organization: 'Shared terminals', email: ada });
  const first = await openPage(browser);
  await signUp(first, { url, organization: 'Others', email: bob });
  await first.context().close();
  await setMember(data, { email: bob, organization, role: 'admin' });
  // A new sign-in, of which no part of the gateway remembers what it may do.
  await colleague.goto(`${url}/sign-in`);
  await colleague.getByLabel('E-mail').fill(bob);
  await colleague.getByLabel('Password', { exact: true }).fill(password);
  await colleague.getByRole('button', { name: 'Sign in' }).click();
  await colleague.waitForURL(({ pathname }) => pathname !== '/sign-in');
  await owner.goto(`${home}/clusters/demo/r/pods?ns=shop`);
  await openTerminal(owner);
  await type(owner, 'echo mine=$((1 + 1))');
  await shows(owner, 'mine=2');
});
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  const name = task.name.replace(/\W+/g, '-');
  await picture(owner, `failed-owner-${name}`);
  await picture(colleague, `failed-colleague-${name}`);
});
afterAll(() => browser.close());

async function share(choice: string): Promise<void> {
  await owner.getByRole('button', { name: /^Share/ }).click();
  await owner.getByRole('menuitemcheckbox', { name: choice }).click();
  await owner.keyboard.press('Escape');
}

async function openFromList(page: Page): Promise<void> {
  await page.getByRole('button', { name: '1 running terminal' }).click();
  await page.getByRole('menuitem', { name: /checkout/ }).click();
}

/** Milliseconds from a change of the membership until the page shows that the terminal has ended, or asks why. It then says this. */
async function toldWithin(page: Page, text: string | RegExp, change: Member): Promise<number> {
  await setMember(data, change);
  const began = performance.now();
  await page.getByText(text).or(page.getByText('Reconnecting…')).first().waitFor();
  const ms = performance.now() - began;
  await page.getByText(text).first().waitFor();
  return ms;
}

describe('a terminal with two people', { timeout: 120_000 }, () => {
  it('is not there for a colleague until it is shared', async () => {
    await colleague.goto(home);
    await colleague.getByRole('heading', { name: 'Clusters' }).waitFor();
    expect(await colleague.getByRole('button', { name: /running terminal/ }).count()).toBe(0);
    await share('Colleagues may watch');
    await colleague.getByRole('button', { name: '1 running terminal' }).waitFor();
  });

  it('is watched by the colleague, who cannot type, and both see who looks', async () => {
    await openFromList(colleague);
    await shows(colleague, 'mine=2');
    await colleague.getByText(`The terminal belongs to ${ada}.`).waitFor();
    expect(await colleague.getByRole('button', { name: 'Type here' }).count()).toBe(0);
    await expectAccessible(colleague);
    await colleague.locator('.xterm').click();
    await type(colleague, 'echo intruder=$((2 + 2))');
    await owner.locator('.xterm').click();
    await type(owner, 'echo seen=$((3 + 3))');
    await shows(colleague, 'seen=6');
    expect(await owner.locator('.xterm-rows').getByText('intruder').count()).toBe(0);
    await owner.getByRole('button', { name: 'Shared 2 views' }).click();
    await owner.getByRole('menu').getByText(bob).waitFor();
    await owner.getByRole('menu').getByText('watches', { exact: true }).waitFor();
    await picture(owner, 'terminal-shared');
    await owner.keyboard.press('Escape');
    await colleague.getByRole('button', { name: `Shared by ${ada} 2 views` }).click();
    await colleague.getByRole('menu').getByText(ada, { exact: true }).waitFor();
    await colleague.getByRole('menu').getByText('may type', { exact: true }).waitFor();
    await colleague.keyboard.press('Escape');
  });

  it('is typed in by both, once the owner lets the colleague type', async () => {
    await share('Colleagues may type');
    await colleague.getByRole('button', { name: 'Type here' }).click();
    await colleague.getByText('You are watching.').waitFor({ state: 'detached' });
    await type(colleague, 'echo theirs=$((4 + 4))');
    await shows(owner, 'theirs=8');
    await owner.locator('.xterm').click();
    await type(owner, 'echo ours=$((5 + 5))');
    await shows(colleague, 'ours=10');
    await owner.getByRole('button', { name: 'Shared 2 views' }).click();
    await expect.poll(() => owner.getByRole('menu').getByText('may type', { exact: true }).count()).toBe(2);
    await owner.keyboard.press('Escape');
  });

  it('ends for the colleague within 5 s of losing the role that allowed it, and says why', async () => {
    const why = 'Your access has ended';
    const ms = await toldWithin(colleague, why, { email: bob, organization, role: 'member' });
    expect(ms).toBeLessThan(WITHIN);
    console.log(`role taken away: told after ${Math.round(ms)} ms`);
    // The owner goes on, alone.
    await owner.getByRole('button', { name: 'Shared (nobody else has it open)' }).waitFor();
    await owner.locator('.xterm').click();
    await type(owner, 'echo alone=$((6 + 6))');
    await shows(owner, 'alone=12');
    expect(await colleague.locator('.xterm-rows').getByText('alone=12').count()).toBe(0);
  });

  it('ends within 5 s for the person whose it is, with their membership, and says why', async () => {
    // From here on, the one who loses access is the one who opened it.
    await setMember(data, { email: bob, organization, role: 'owner' });
    const why = 'Your access has ended';
    const ms = await toldWithin(owner, why, { email: ada, organization, role: null });
    expect(ms).toBeLessThan(WITHIN);
    console.log(`membership taken away: told after ${Math.round(ms)} ms`);
    await picture(owner, 'terminal-membership-lost');
  });
});
