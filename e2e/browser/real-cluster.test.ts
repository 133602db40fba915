import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { admin } from '../harness/admin.ts';
import { expectOk } from '../harness/kubectl.ts';
import { owner } from '../harness/onboarding.ts';
import { readReady, repository } from '../harness/process.ts';
import { launch, openPage, picture } from './chromium.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { signIn, visit } from './steps.ts';
import { drawnAsText, recordOutput, shows, type } from './terminal-steps.ts';

const harness = inject('harness');
const { product } = harness;

/** The main job in a browser, with the real Kubernetes and the agent that runs in it as a pod. */
describe.skipIf(!product)('the real cluster in a browser', () => {
  if (!product) return;
  let url: string;
  let browser: Browser;
  let page: Page;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    url = readReady(product.data).url;
    browser = await launch();
    page = await openPage(browser);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGTERM');
    await browser.close();
  });

  it('signs in, and finds the cluster online with its version', async () => {
    await signIn(page, { url, ...owner });
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: product.cluster, exact: true }) });
    await row.getByText(/^Online/).waitFor();
    expect(await row.textContent()).toMatch(/v1\.\d+\.\d+/);
    await row.getByRole('link', { name: product.cluster, exact: true }).click();
    await page.waitForURL(`${url}/${owner.organization}/clusters/${product.cluster}`);
  });

  it('types into a terminal of a pod and sees the output', async () => {
    await page.getByRole('link', { name: /^Pods/ }).first().click();
    await page.getByRole('row').filter({ hasText: 'ticker' }).getByText('Running').waitFor();
    await page.getByRole('link', { name: 'shell', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'shell', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Terminal' }).first().click();
    await typeAndSee(page, 'echo real=$((40 + 2)) $(hostname)', 'real=42 shell');
    await picture(page, 'real-cluster-terminal');
    await closeTerminal(page);
  });

  it('misses no byte of a terminal and draws none twice, over two cuts', { timeout: 120_000 }, async () => {
    const network = await FaultyNetwork.start(Number(new URL(url).port));
    const there = await launch([...drawnAsText, network.flagFor(url)]);
    try {
      const other = await openPage(there);
      const output = recordOutput(other);
      await signIn(other, { url, ...owner });
      await visit(other, `${url}/${owner.organization}/clusters/${product.cluster}/r/pods/demo/shell`);
      await other.getByRole('button', { name: 'Terminal' }).first().click();
      await typeAndSee(other, 'echo ready=$((1 + 1))', 'ready=2');
      output.clear();
      await type(other, 'seq 1 200000; echo last=$((6 * 7))');
      for (const [at, condition] of [
        [300_000, 'silent'],
        [600_000, 'refuses'],
      ] as const) {
        await expect.poll(output.length).toBeGreaterThan(at);
        network.set(condition);
        // How long the network is away is what is tried.
        await delay(4_000);
        network.set('passes');
      }
      await shows(other, 'last=42', 60_000);
      const numbers = output
        .bytes()
        .toString()
        .split('\r\n')
        .filter((line) => /^\d+$/.test(line));
      expect(numbers.findIndex((number, index) => number !== String(index + 1))).toBe(-1);
      expect(numbers).toHaveLength(200_000);
      await closeTerminal(other);
    } finally {
      await there.close();
      await network.stop();
    }
  });

  it('follows the log of a pod', async () => {
    const ticks = await expectOk(admin(), ['logs', '-n', 'demo', 'ticker', '--tail=1']);
    const now = Number(/tick (\d+)/.exec(ticks)?.[1]);
    await page.getByRole('link', { name: /^Pods/ }).first().click();
    await page.getByRole('button', { name: 'Actions for ticker', exact: true }).click();
    await page.getByRole('menuitem', { name: /^Logs/ }).click();
    // Not yet written when the log was opened, so the log is followed if they are shown.
    for (const tick of [now + 5, now + 7]) {
      const line = page.getByText(`tick ${tick}`, { exact: true });
      await line.waitFor();
      await expect.poll(() => isWithin(line, page.getByRole('region', { name: 'Dock' }))).toBe(true);
    }
    await picture(page, 'real-cluster-logs');
  });

  it('a newcomer adds a cluster: the page updates once the agent connects', { timeout: 90_000 }, async () => {
    const newcomer = await openPage(browser);
    try {
      await visit(newcomer, `${url}/sign-up`);
      await newcomer.getByLabel('E-mail').fill('newcomer@example.com');
      await newcomer.getByLabel('Password', { exact: true }).fill(owner.password);
      await newcomer.getByLabel('Organization').fill('Newcomers');
      await newcomer.getByRole('button', { name: /create|sign up/i }).click();
      await newcomer.waitForURL(`${url}/newcomers`);
      await visit(newcomer, `${url}/newcomers/add-cluster`);
      await newcomer.getByLabel('Name').fill('laptop');
      await newcomer.getByRole('button', { name: 'Continue' }).click();
      await newcomer.getByText(/\/install\.yaml \| kubectl apply -f -/).waitFor();
      await newcomer.getByRole('tab', { name: 'Outside the cluster' }).click();
      const command = await newcomer.getByText(/^postern agent /).textContent();
      children.push(runAsPerson(command ?? ''));
      await newcomer.getByText('laptop is connected.').waitFor({ timeout: 40_000 });
      await picture(newcomer, 'real-cluster-connected');
      await newcomer.getByRole('link', { name: 'Open cluster' }).click();
      await newcomer.getByRole('link', { name: /^Pods/ }).first().click();
      await newcomer.getByRole('link', { name: 'shell', exact: true }).waitFor();
    } catch (error) {
      await picture(newcomer, 'failed-newcomer');
      throw error;
    } finally {
      await newcomer.context().close();
    }
  });

  /** Runs a command as the page shows it, in a home whose ~/.kube/config is the administrator's. */
  function runAsPerson(command: string): ChildProcess {
    const home = join(harness.folder, 'home-of-newcomer');
    mkdirSync(join(home, '.kube'), { recursive: true, mode: 0o700 });
    symlinkSync(harness.adminKubeconfig, join(home, '.kube/config'));
    const path = `${join(repository, 'node_modules/.bin')}:${process.env['PATH']}`;
    return spawn('sh', ['-c', `exec ${command}`], { env: { HOME: home, PATH: path }, stdio: 'ignore' });
  }
});

/** Whether an element is in the visible part of its holder, not only in the page. */
async function isWithin(element: Locator, holder: Locator): Promise<boolean> {
  const [inner, outer] = await Promise.all([element.boundingBox(), holder.boundingBox()]);
  return inner !== null && outer !== null && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height;
}

/** The gateway holds a terminal for ten minutes after the browser has gone, and a later test counts streams. */
async function closeTerminal(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Close terminal/ }).click();
  await expect.poll(() => page.getByRole('region', { name: 'Dock' }).count()).toBe(0);
}

async function typeAndSee(page: Page, command: string, output: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').waitFor({ state: 'attached' });
  await page.locator('.xterm').click();
  await page.keyboard.type(`${command}\n`);
  await page.locator('.xterm-rows, .xterm-accessibility-tree').getByText(output).first().waitFor();
}
