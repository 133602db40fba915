import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, signUp } from './steps.ts';

const url = inject('url');
const PATIENT = { timeout: 30_000 };
let browser: Browser;
let page: Page;
let cluster: string;

beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
  const home = await signUp(page, { url, organization: 'Workers' });
  cluster = `${home}/clusters/demo`;
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

const row = (name: RegExp | string) => page.getByRole('row').filter({ has: page.getByRole('link', { name }) });
const dialog = () => page.getByRole('dialog');
const button = (name: RegExp | string) => page.getByRole('button', { name, exact: typeof name === 'string' });
/** The address of an object of the demo cluster. */
const at = (...path: string[]) => [cluster, 'r', ...path].join('/');

/** Sends a request to the demo cluster as the signed-in person, with the cookie of the page. */
async function kube(path: string, init: { method: string; body?: unknown; type?: string }): Promise<void> {
  const [, organization] = new URL(cluster).pathname.split('/');
  const status = await page.evaluate(
    async ([target, method, body, type]) => {
      const { ok, status } = await fetch(target, { method, body, headers: { 'content-type': type } });
      return ok ? 200 : status;
    },
    [
      `/k8s/${organization}/demo${path}`,
      init.method,
      JSON.stringify(init.body ?? {}),
      init.type ?? 'application/merge-patch+json',
    ] as const,
  );
  expect(status, path).toBe(200);
}

it('shows the CPU and memory of pods in their rows, from one list', async () => {
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.includes('/metrics.k8s.io/')) asked.push(pathname.replace(/^.*v1beta1/, ''));
  });
  await page.goto(`${at('pods')}?ns=shop&sort=-memory`);
  const cells = page.getByRole('gridcell').filter({ has: page.locator('[title*=" in use"]') });
  await cells.first().waitFor();
  const words = await cells.first().locator('[title]').getAttribute('title');
  expect(words).toMatch(/^\d+m? in use, \d+m requested, no limit$/);
  // The largest first, in spite of their units.
  const memory = await page
    .locator('[title*=" in use"][title*="MiB"], [title*=" in use"][title*="GiB"]')
    .allTextContents();
  const bytes = memory.map((text) => Number.parseFloat(text) * (text.includes('GiB') ? 1024 : 1));
  expect(bytes).toEqual(bytes.toSorted((a, b) => b - a));
  expect(new Set(asked)).toEqual(new Set(['/namespaces/shop/pods']));
  await expectAccessible(page);

  await page.goto(at('nodes'));
  await row('demo-worker-1').locator('[title*="allocatable"]').first().waitFor();
  await row('demo-worker-1').getByRole('link').click();
  const card = page.locator('section').filter({ has: page.getByRole('heading', { name: 'CPU and memory' }) });
  await card
    .getByText(/allocatable \(\d+%\)/)
    .first()
    .waitFor();
  await expectAccessible(page);
});

it('rolls a deployment back to an earlier revision, after showing what changes', async () => {
  const template = { spec: { containers: [{ name: 'catalog', image: 'ghcr.io/postern-demo/catalog:1.9.0' }] } };
  await page.goto(at('deployments.apps/shop', 'catalog'));
  await kube('/apis/apps/v1/namespaces/shop/deployments/catalog', {
    method: 'PATCH',
    body: { spec: { template } },
    type: 'application/strategic-merge-patch+json',
  });
  await page.getByRole('tab', { name: 'Revisions' }).click();
  await page.getByRole('heading', { name: 'Revision 2' }).waitFor();
  await button('Changes').click();
  await page.getByText('Compared with revision 1').waitFor();
  await expectAccessible(page);
  await button('Roll back to revision 1').click();
  await dialog().getByText('image: ghcr.io/postern-demo/catalog:1.8.0').waitFor();
  await dialog().getByText('kubectl rollout undo deployments.apps/catalog --to-revision=1 -n shop').waitFor();
  await expectAccessible(page);
  await dialog().getByRole('button', { name: 'Roll back' }).click();
  await page.getByRole('heading', { name: 'Revision 3' }).waitFor();
  await page.getByText('Rolled out.').waitFor();
  expect(await page.getByText('ghcr.io/postern-demo/catalog:1.8.0').count()).toBe(1);
});

it('pauses and resumes a rollout', async () => {
  await page.goto(at('deployments.apps/shop', 'frontend'));
  await button('More actions').click();
  await page.getByRole('menuitem', { name: 'Pause rollout' }).click();
  await dialog().getByText('kubectl rollout pause deployments.apps/frontend -n shop').waitFor();
  await dialog().getByRole('button', { name: 'Pause rollout' }).click();
  await button('Resume rollout').click();
  await dialog().getByRole('button', { name: 'Resume rollout' }).click();
  await dialog().waitFor({ state: 'detached' });
  await button('Resume rollout').waitFor({ state: 'detached' });
});

it('drains a node while the person is on other pages, waiting for a disruption budget', async () => {
  await page.goto(`${cluster}/r/nodes`);
  await row('demo-worker-1')
    .getByRole('button', { name: /^Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: 'Drain' }).click();
  await dialog().getByText('Evicted, and replaced elsewhere').waitFor();
  await dialog().getByText('Left alone, because their daemon set would start them again').waitFor();
  const tick = dialog().getByRole('checkbox');
  if ((await tick.count()) > 0) {
    expect(await dialog().getByRole('button', { name: 'Drain' }).isDisabled()).toBe(true);
    await tick.check();
  }
  await dialog()
    .getByText(/^kubectl drain demo-worker-1 --ignore-daemonsets --delete-emptydir-data/)
    .waitFor();
  await expectAccessible(page);
  await dialog().getByRole('button', { name: 'Drain' }).click();
  const panel = page.getByRole('region', { name: 'Drains' });
  await panel.getByText(/^Draining demo-worker-1/).waitFor();
  await page
    .getByRole('link', { name: 'ConfigMaps' })
    .or(page.getByRole('link', { name: /^Services/ }))
    .first()
    .click();
  await panel.getByRole('button', { name: 'Pods' }).click();
  await panel.getByRole('region', { name: 'Pods of demo-worker-1' }).getByText('Gone').first().waitFor();
  await expectAccessible(page);
  await expect.poll(() => panel.getByText('demo-worker-1 is drained').count(), { timeout: 90_000 }).toBe(1);
  await panel.getByRole('button', { name: 'Close the drain of demo-worker-1' }).click();
  expect(await panel.count()).toBe(0);

  await page.goto(at('nodes/-', 'demo-worker-1'));
  await button('Uncordon').click();
  await dialog().getByRole('button', { name: 'Uncordon' }).click();
  await button('Cordon').waitFor();
}, 150_000);

it('stops a drain, and says that the node stays cordoned', async () => {
  const labels = { 'app.kubernetes.io/name': 'catalog' };
  await kube('/apis/policy/v1/namespaces/shop/poddisruptionbudgets', {
    method: 'POST',
    body: { metadata: { name: 'strict' }, spec: { maxUnavailable: 0, selector: { matchLabels: labels } } },
    type: 'application/json',
  });
  const where = page.getByRole('gridcell', { name: /^demo-worker-\d$/ });
  await page.goto(`${cluster}/r/pods?ns=shop&q=catalog`);
  await button('Columns').click();
  await page.getByRole('menuitemcheckbox', { name: 'Node', exact: true }).click();
  await page.keyboard.press('Escape');
  const node = (await where.first().textContent()) ?? '';
  await page.goto(at('nodes/-', node));
  await button('Drain').click();
  await dialog().getByText('Evicted, and replaced elsewhere').waitFor();
  const tick = dialog().getByRole('checkbox');
  if ((await tick.count()) > 0) await tick.check();
  await dialog().getByRole('button', { name: 'Drain' }).click();
  const panel = page.getByRole('region', { name: 'Drains' });
  await panel
    .getByText(/The disruption budget strict needs/)
    .first()
    .waitFor();
  await panel.getByRole('button', { name: 'Stop' }).click();
  await panel.getByText(`Drain of ${node} stopped`).waitFor();
  await panel.getByText(/The node stays cordoned/).waitFor();
  await panel.getByRole('button', { name: /^Close the drain/ }).click();
  await kube('/apis/policy/v1/namespaces/shop/poddisruptionbudgets/strict', { method: 'DELETE' });
  await button('Uncordon').click();
  await dialog().getByRole('button', { name: 'Uncordon' }).click();
  await button('Cordon').waitFor();
}, 90_000);

it('restarts several deployments at once', async () => {
  await page.goto(`${cluster}/r/deployments.apps?ns=shop`);
  for (const name of ['catalog', 'redis'])
    await page.getByRole('checkbox', { name: `Select ${name}`, exact: true }).check();
  await page.getByText('2 selected').waitFor();
  await button('Restart').click();
  await dialog().getByText('kubectl rollout restart deployments.apps/catalog -n shop').waitFor();
  await expectAccessible(page);
  const patched = new Set<string>();
  page.on('request', (request) => {
    if (request.method() === 'PATCH') patched.add(new URL(request.url()).pathname.replace(/^.*\//, ''));
  });
  await dialog().getByRole('button', { name: 'Restart' }).click();
  await page.getByText('Done for all 2').waitFor();
  expect([...patched].sort()).toEqual(['catalog', 'redis']);
});

it('runs a cron job now and a job again', async () => {
  await page.goto(at('cronjobs.batch/shop', 'cart-cleanup'));
  await button('Run now').click();
  const name = await dialog().getByLabel('Name of the new job').inputValue();
  expect(name).toMatch(/^cart-cleanup-manual-[a-z0-9]{5}$/);
  await dialog().getByText(`kubectl create job ${name} --from=cronjob/cart-cleanup -n shop`).waitFor();
  await expectAccessible(page);
  await dialog().getByRole('button', { name: 'Run now' }).click();
  await button('Show it').click();
  await page.waitForURL(`${at('jobs.batch/shop', name)}`);
  await page.getByText('Complete', { exact: true }).first().waitFor(PATIENT);
  await button('Run again').click();
  const copy = await dialog().getByLabel('Name of the new job').inputValue();
  await dialog().getByRole('button', { name: 'Run again' }).click();
  await button('Show it').click();
  await page.waitForURL(`${at('jobs.batch/shop', copy)}`);
  await page.getByText('Complete', { exact: true }).first().waitFor(PATIENT);
});

it('shows how to open a port, and deletes a pod that is replaced without its name being typed', async () => {
  await page.goto(at('services/shop', 'frontend'));
  await button('More actions').click();
  await page.getByRole('menuitem', { name: 'Open a port' }).click();
  await dialog().getByText('kubectl port-forward -n shop service/frontend 8080:80').waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await page.goto(`${cluster}/r/pods?ns=shop&q=redis`);
  await row(/^redis-/)
    .first()
    .getByRole('button', { name: /^Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: /^Delete/ }).click();
  await dialog().getByText('Its ReplicaSet starts another in its place.').waitFor();
  expect(await dialog().getByRole('textbox').count()).toBe(0);
  await dialog().getByRole('button', { name: 'Delete' }).click();
  await page.getByText(/is being deleted$/).waitFor();
});

it('counts the states of workloads in words, and the objects of a kind as they change', async () => {
  await page.goto(`${cluster}/r/deployments.apps?ns=shop`);
  const chip = page.getByRole('group', { name: 'Filter by state' }).getByRole('button', { name: /^Ready/ });
  await chip.click();
  await page.waitForURL(/q=is/);
  await expect.poll(() => row('payments').count()).toBe(0);

  await page.goto(`${cluster}/r/configmaps?ns=shop`);
  const entry = page.getByRole('navigation', { name: 'Kinds' }).getByRole('link', { name: /^ConfigMaps/ });
  const count = async () => Number((await entry.textContent())?.replace(/\D/g, ''));
  await expect.poll(count).toBeGreaterThan(0);
  const before = await count();
  await kube('/api/v1/namespaces/shop/configmaps', {
    method: 'POST',
    body: { metadata: { name: 'counted' } },
    type: 'application/json',
  });
  await expect.poll(count, { timeout: 5000 }).toBe(before + 1);
  await kube('/api/v1/namespaces/shop/configmaps/counted', { method: 'DELETE' });
  await expect.poll(count, { timeout: 5000 }).toBe(before);
});
