import { randomUUID } from 'node:crypto';
import { until } from '@postern/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { admin } from '../harness/admin.ts';
import { expectOk } from '../harness/kubectl.ts';
import { owner } from '../harness/onboarding.ts';
import { readReady } from '../harness/process.ts';
import { launch, openPage, picture } from './chromium.ts';
import { signIn, visit } from './steps.ts';

const harness = inject('harness');
const { product } = harness;
/** Each test creates several objects and waits for their controllers. */
const PATIENT = 180_000;
const namespace = `workloads-${randomUUID().slice(0, 8)}`;

// No node has it, so no pod starts: what matters here are the objects, and a browser takes the network interfaces of new pods for
// a change of its network.
const nowhere = { 'kubernetes.io/hostname': 'nowhere' };

/** A workload of one container. */
function workload(kind: 'Deployment' | 'StatefulSet' | 'DaemonSet', name: string): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace, annotations: { 'kubernetes.io/change-cause': 'first', team: 'a' } },
    spec: {
      ...(kind === 'StatefulSet' && { serviceName: name }),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { note: 'one' } },
        spec: {
          nodeSelector: nowhere,
          containers: [{ name: 'main', image: 'nowhere.invalid/web:1', imagePullPolicy: 'Never' }],
        },
      },
    },
  };
}

const kubectl = (...args: string[]) => expectOk(admin(), args);
const create = (object: object) => expectOk(admin(), ['create', '-f', '-'], { input: JSON.stringify(object) });

/** An object without what differs between two objects anyway. */
async function comparable(target: string, own: string): Promise<unknown> {
  const text = await kubectl('get', target, '-n', namespace, '-o', 'json');
  const { metadata, spec } = JSON.parse(text.replaceAll(own, 'NAME')) as {
    metadata: { labels?: object; annotations: object; ownerReferences?: { uid?: string }[] };
    spec: { selector?: unknown; template: { metadata: { labels?: Record<string, string> } } };
  };
  return { labels: metadata.labels, annotations: metadata.annotations, owners: metadata.ownerReferences, spec };
}

/** What people do with workloads, on the real Kubernetes, compared with what kubectl does. */
describe.skipIf(!product)('workloads of the real cluster in a browser', () => {
  if (!product) return;
  let browser: Browser;
  let page: Page;
  let cluster: string;

  beforeAll(async () => {
    const { url } = readReady(product.data);
    await kubectl('create', 'namespace', namespace);
    browser = await launch();
    page = await openPage(browser);
    await signIn(page, { url, ...owner });
    cluster = `${url}/${owner.organization}/clusters/${product.cluster}`;
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await picture(page, `failed-${task.name.replace(/\W+/g, '-')}`);
  });
  afterAll(async () => {
    await browser.close();
    await kubectl('delete', 'namespace', namespace, '--wait=false');
  });

  it.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)(
    'rolls a %s back as kubectl does',
    async (kind) => {
      const plural = `${kind.toLowerCase()}s`;
      const twins = { browser: `ours-${plural}`, kubectl: `them-${plural}` };
      for (const name of Object.values(twins)) {
        await create(workload(kind, name));
        await revisions(plural, name, 1);
        await kubectl(
          'annotate',
          plural,
          name,
          '-n',
          namespace,
          'kubernetes.io/change-cause=second',
          'team=b',
          '--overwrite',
        );
        await kubectl('set', 'image', `${plural}/${name}`, 'main=nowhere.invalid/web:2', '-n', namespace);
        await revisions(plural, name, 2);
      }
      await kubectl('rollout', 'undo', `${plural}/${twins.kubectl}`, '-n', namespace);
      await visit(page, `${cluster}/r/${plural}.apps/${namespace}/${twins.browser}?tab=revisions`);
      await page.getByRole('button', { name: 'Roll back to revision 1' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('image: nowhere.invalid/web:1').waitFor();
      await dialog.getByRole('button', { name: 'Roll back' }).click();
      await page.getByRole('heading', { name: 'Revision 3' }).waitFor();
      await revisions(plural, twins.kubectl, 3);
      const wanted = await comparable(`${plural}/${twins.kubectl}`, twins.kubectl);
      expect(await comparable(`${plural}/${twins.browser}`, twins.browser)).toEqual(wanted);
    },
    PATIENT,
  );

  /** Waits until a workload has a revision with this number. */
  async function revisions(plural: string, name: string, number: number): Promise<void> {
    await until(
      async () =>
        (await kubectl('rollout', 'history', `${plural}/${name}`, '-n', namespace)).match(/^\d+/gm)?.at(-1) ===
        String(number),
      { what: `revision ${number} of ${name}`, timeoutMs: 20_000 },
    );
  }

  it(
    'runs a cron job now as kubectl does, and a job again',
    async () => {
      const spec = {
        restartPolicy: 'Never',
        nodeSelector: nowhere,
        containers: [{ name: 'work', image: 'nowhere.invalid/work:1', imagePullPolicy: 'Never' }],
      };
      await create({
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'nightly', namespace },
        spec: {
          schedule: '0 3 * * *',
          suspend: true,
          jobTemplate: {
            metadata: { labels: { kind: 'nightly' }, annotations: { note: 'kept' } },
            spec: { backoffLimit: 1, template: { metadata: { labels: { app: 'nightly' } }, spec } },
          },
        },
      });
      await kubectl('create', 'job', 'them-nightly', '--from=cronjob/nightly', '-n', namespace);
      await visit(page, `${cluster}/r/cronjobs.batch/${namespace}/nightly`);
      await page.getByRole('button', { name: 'Run now' }).click();
      const field = page.getByRole('dialog').getByLabel('Name of the new job');
      await field.fill('ours-nightly');
      await page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
      await page.getByRole('button', { name: 'Show it' }).click();
      await page.waitForURL(`${cluster}/r/jobs.batch/${namespace}/ours-nightly`);
      expect(await jobOf('ours-nightly')).toEqual(await jobOf('them-nightly'));

      await page.getByRole('button', { name: 'Run again' }).click();
      await field.fill('again-nightly');
      await page.getByRole('dialog').getByRole('button', { name: 'Run again' }).click();
      await page.getByRole('button', { name: 'Show it' }).click();
      await page.waitForURL(`${cluster}/r/jobs.batch/${namespace}/again-nightly`);
      const again = (await jobOf('again-nightly')) as { owners: unknown; spec: object };
      const first = (await jobOf('ours-nightly')) as { owners: unknown; spec: object };
      expect(again.owners).toBeUndefined();
      expect(again.spec).toEqual(first.spec);
    },
    PATIENT,
  );

  /** A job without its own uid, which its selector and its pods' labels contain. */
  async function jobOf(name: string): Promise<unknown> {
    const uid = await kubectl('get', 'job', name, '-n', namespace, '-o', 'jsonpath={.metadata.uid}');
    const job = await comparable(`job/${name}`, name);
    return JSON.parse(JSON.stringify(job).replaceAll(uid, 'UID'));
  }

  it(
    'drains a node as kubectl does, as fast as a disruption budget allows',
    async () => {
      // A node without a kubelet, because the only real one has the agent. What its kubelet would report is written by the test.
      const node = `spare-${namespace}`;
      await create({ apiVersion: 'v1', kind: 'Node', metadata: { name: node } });
      try {
        const [web, budget] = ['drained', 'strict'];
        await create({ ...workload('Deployment', web), spec: specOf(web) });
        const pods = await until(() => podsOf(web, 2), { what: 'two pods', timeoutMs: 30_000 });
        for (const pod of pods) await runOn(node, pod);
        await create({
          apiVersion: 'policy/v1',
          kind: 'PodDisruptionBudget',
          metadata: { name: budget, namespace },
          spec: { minAvailable: 2, selector: { matchLabels: { app: web } } },
        });
        const healthy = () => kubectl('get', 'pdb', budget, '-n', namespace, '-o', 'jsonpath={.status.currentHealthy}');
        await until(async () => (await healthy()) === '2', { what: 'a budget that counts both', timeoutMs: 30_000 });

        await visit(page, `${cluster}/r/nodes/-/${node}`);
        await page.getByRole('button', { name: 'Drain', exact: true }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByText('Evicted, and replaced elsewhere').waitFor();
        await dialog.getByRole('button', { name: 'Drain' }).click();
        const panel = page.getByRole('region', { name: 'Drains' });
        await panel
          .getByText(/The disruption budget strict needs/)
          .first()
          .waitFor();
        expect(await kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe('true');
        expect(await podsOf(web, 2)).toEqual(pods);

        await kubectl('patch', 'pdb', budget, '-n', namespace, '-p', '{"spec":{"minAvailable":0}}');
        for (const pod of pods) {
          const leaving = ['get', 'pod', pod, '-n', namespace, '-o', 'jsonpath={.metadata.deletionTimestamp}'];
          await until(async () => (await kubectl(...leaving)) !== '', { what: 'an eviction', timeoutMs: 60_000 });
          // As a kubelet does when the containers have stopped.
          await kubectl('delete', 'pod', pod, '-n', namespace, '--force', '--grace-period=0');
        }
        await panel.getByText(`${node} is drained`).waitFor({ timeout: 60_000 });
      } finally {
        await kubectl('delete', 'node', node);
      }
    },
    PATIENT,
  );

  function specOf(name: string): object {
    const { spec } = workload('Deployment', name) as { spec: object };
    return { ...spec, replicas: 2 };
  }

  /** The names of a workload's pods that are not being deleted; false if there are not that many. */
  async function podsOf(name: string, count: number): Promise<string[] | false> {
    const names = (await kubectl('get', 'pods', '-n', namespace, '-l', `app=${name}`, '-o', 'name')).match(
      /[^/\s]+$/gm,
    );
    return names?.length === count && names.sort();
  }

  /** Places a pod on a node and reports it as ready. */
  async function runOn(node: string, pod: string): Promise<void> {
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    await expectOk(admin(), ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${pod}/binding`, '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'Binding', metadata: { name: pod }, target }),
    });
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await kubectl('patch', 'pod', pod, '-n', namespace, '--subresource=status', '-p', JSON.stringify({ status }));
  }
});
