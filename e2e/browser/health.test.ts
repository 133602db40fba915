import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage, picture } from './chromium.ts';
import { expectAccessible, signUp } from './steps.ts';

const url = inject('url');
const PATIENT = { timeout: 20_000 };
let browser: Browser;
let page: Page;
let cluster: string;

beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
  cluster = `${await signUp(page, { url, organization: 'Doctors' })}/clusters/demo`;
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
});
afterAll(() => browser.close());

/** Opens the page of the pod of a deployment in the demo's namespace `shop`. */
async function openPod(name: RegExp): Promise<void> {
  await page.goto(`${cluster}/r/pods?ns=shop`);
  await page.getByRole('link', { name }).first().click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

const why = () =>
  page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: /^What (is wrong|to look at)$/ }) })
    .first();

it('does not call a cluster healthy whose pods are not, and says why in the overview', async () => {
  await page.goto(cluster);
  await page.getByText(/pods are in trouble.*; 3 of 3 nodes ready/).waitFor();
  const pods = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Pods', exact: true }) });
  await pods.getByText('Pending, unschedulable').waitFor();
  await pods.getByText(/^No node fits: 0\/3 nodes are available/).waitFor();
  await pods.getByText('ImagePullBackOff').waitFor();
  await expectAccessible(page);
});

it('sorts the status of pods by severity, and filters by state', async () => {
  await page.goto(`${cluster}/r/pods?ns=shop&sort=status`);
  const rows = page.getByRole('row').filter({ has: page.locator('[data-row-link]') });
  await rows.first().waitFor();
  const names = async () => await rows.locator('[data-row-link]').allTextContents();
  await expect.poll(async () => (await names())[0], PATIENT).toMatch(/^(mailer|payments|recommendations|search)-/);
  expect((await names()).findLastIndex((name) => name.startsWith('recommendations-'))).toBeLessThan(
    (await names()).findIndex((name) => name.startsWith('frontend-')),
  );
  await page.getByRole('button', { name: /^Pending, unschedulable/ }).click();
  await expect
    .poll(async () => (await names()).map((name) => name.split('-')[0]), PATIENT)
    .toEqual(['recommendations']);
  await expectAccessible(page);
});

it('counts states of deployments, not numbers', async () => {
  await page.goto(`${cluster}/r/deployments.apps?ns=shop`);
  await page.getByRole('button', { name: /^None ready/ }).waitFor();
  await page
    .getByRole('button', { name: /^Ready/ })
    .first()
    .waitFor();
});

it('opens a crashing pod with why: the last lines of the previous run, the next try, and what to do', async () => {
  await openPod(/^payments-/);
  await why().getByRole('heading', { name: 'Container payments ended with exit code 1' }).waitFor();
  await why().getByText('Error: cannot start without a signing key').waitFor();
  await why()
    .getByText(/after running for 20 seconds/)
    .waitFor();
  // Above labels and annotations.
  const [card, labels] = await Promise.all([
    why().boundingBox(),
    page.getByRole('heading', { name: 'Labels' }).boundingBox(),
  ]);
  expect(card?.y ?? 0).toBeLessThan(labels?.y ?? 0);
  await expectAccessible(page);
  await why().getByRole('button', { name: 'Its events' }).click();
  await page.getByRole('tab', { name: 'Events', selected: true }).waitFor();
});

it.each([
  [/^recommendations-/, 'None of the 3 nodes fits', 'not enough free nvidia.com/gpu'],
  [/^mailer-/, 'The image of container mailer cannot be pulled', 'The registry has no such image or tag'],
  [
    /^search-/,
    /^Container search was killed for using more memory than its limit of 256Mi/,
    '137, SIGKILL, killed from outside',
  ],
] as const)('explains %s', async (pod, title, fact) => {
  await openPod(pod);
  await why().getByRole('heading', { name: title }).waitFor();
  await why().getByText(fact).waitFor();
  await expectAccessible(page);
});

it('says on a deployment which of its pods are broken, why, and what was changed', async () => {
  await page.goto(`${cluster}/r/deployments.apps/shop/mailer`);
  await why().getByText('1 of 1 pod:').waitFor();
  await why().getByText('The image of container mailer cannot be pulled').waitFor();
  const changes = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Recent changes' }) });
  await changes.getByText('created').waitFor();
  await page.getByRole('button', { name: 'Scale' }).click();
  await page.getByRole('dialog').getByLabel('Replicas').fill('2');
  await page.getByRole('dialog').getByRole('button', { name: 'Scale' }).click();
  await changes.getByText('scaled from 1 to 2').waitFor();
  await why().getByText('2 of 2 pods:').waitFor();
  await expectAccessible(page);
  await why()
    .getByRole('link', { name: /^mailer-/ })
    .first()
    .click();
  await page.getByRole('heading', { level: 1, name: /^mailer-/ }).waitFor();
});

it('shows the change in the overview', async () => {
  await page.goto(cluster);
  await page.getByText('scaled from 1 to 2').waitFor();
});

it('says that nothing is behind a service', async () => {
  await page.goto(`${cluster}/r/services/shop/recommendations`);
  await page.getByText(/of which none is ready|No running pod matches/).waitFor();
  await expectAccessible(page);
});

it('offers the replacement of a pod that is gone, while it is open and from a link', async () => {
  await openPod(/^catalog-/);
  const gone = (await page.getByRole('heading', { level: 1 }).textContent()) ?? '';
  await page.getByRole('button', { name: 'More actions' }).click();
  const address = page.url();
  const other = await page.context().newPage();
  await other.goto(address);
  await other.getByRole('heading', { level: 1, name: gone }).waitFor();
  await page.getByRole('menuitem', { name: /^Delete/ }).click();
  const dialog = page.getByRole('dialog');
  const confirm = dialog.getByRole('textbox');
  if ((await confirm.count()) > 0) await confirm.fill(gone);
  await dialog.getByRole('button', { name: /^Delete/ }).click();
  await other.getByText('Deleted. This is its last state').waitFor();
  const newer = other.getByRole('region', { name: 'Newer pods' });
  await newer.getByText('The newest pods of the same workload').waitFor();
  await expectAccessible(other);
  await other.reload();
  await other.getByRole('heading', { name: `There is no Pod ${gone}` }).waitFor();
  await newer.getByText('The newest pods of what seems to be catalog').waitFor();
  await expectAccessible(other);
  await newer
    .getByRole('link', { name: /^catalog-/ })
    .first()
    .click();
  await other.getByText('Running', { exact: true }).first().waitFor();
});
