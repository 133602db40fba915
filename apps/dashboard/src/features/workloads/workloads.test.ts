import { describe, expect, it } from 'vitest';
import { bindAction } from '#features/actions/action.ts';
import type { ApiResource } from '#features/kube/api-resource.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import { asObject } from '#features/kube/kube-object.ts';
import { applyToEach, type Progress } from './apply-each.ts';
import type { Asked } from './asked.ts';
import { copyOfJob, jobFromCronJob, nameOfRun, problemOfName } from './job-copies.ts';
import { operations } from './operations.ts';
import { portsOf } from './port-commands.ts';
import { type WorkloadContext, workloadActions } from './workload-actions.ts';

const ref = { organization: 'acme', cluster: 'shop' };
const target = (resource: ApiResource, name = 'web', namespace = 'shop') => ({ ref, resource, namespace, name });
const cronJobs = { ...knownKinds.jobs, resource: 'cronjobs', kind: 'CronJob' };
const writable = (resource: ApiResource): ApiResource => ({
  ...resource,
  verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
});

// A cron job and a job of a real cluster (1.33.4), and what `kubectl create job --from=cronjob/nightly` (1.33.1) made of it.
const workSpec = {
  containers: [
    {
      image: 'nowhere.invalid/work:1',
      imagePullPolicy: 'Never',
      name: 'work',
      resources: {},
      terminationMessagePath: '/dev/termination-log',
      terminationMessagePolicy: 'File',
    },
  ],
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Never',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
};
const cronJob = asObject({
  metadata: { name: 'nightly', namespace: 'h-undo', uid: 'ea2359d4', annotations: { own: 'not copied' } },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: {
      metadata: { annotations: { note: 'kept' }, creationTimestamp: null, labels: { kind: 'nightly' } },
      spec: { backoffLimit: 1, template: { metadata: { creationTimestamp: null }, spec: workSpec } },
    },
  },
});

describe('a job from a cron job', () => {
  it('is what kubectl creates', () => {
    expect(jobFromCronJob(cronJob, 'now')).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'now',
        labels: { kind: 'nightly' },
        annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', note: 'kept' },
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid: 'ea2359d4', controller: true },
        ],
      },
      spec: { backoffLimit: 1, template: { metadata: { creationTimestamp: null }, spec: workSpec } },
    });
  });
});

describe('a copy of a job', () => {
  const uid = 'bef6fd9f-013a-4c82-9b58-1528564202f8';
  const job = asObject({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      annotations: {
        'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-11-22T03:00:00Z',
        'cronjob.kubernetes.io/instantiate': 'manual',
        note: 'kept',
      },
      creationTimestamp: '2026-11-22T19:01:24Z',
      generation: 1,
      labels: { kind: 'nightly', 'controller-uid': uid, 'job-name': 'now' },
      name: 'now',
      namespace: 'h-undo',
      ownerReferences: [{ apiVersion: 'batch/v1', controller: true, kind: 'CronJob', name: 'nightly', uid: 'e' }],
      resourceVersion: '864',
      uid,
    },
    spec: {
      backoffLimit: 1,
      completionMode: 'NonIndexed',
      manualSelector: false,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      suspend: true,
      template: {
        metadata: {
          creationTimestamp: null,
          labels: {
            app: 'work',
            'batch.kubernetes.io/controller-uid': uid,
            'batch.kubernetes.io/job-name': 'now',
            'controller-uid': uid,
            'job-name': 'now',
          },
        },
        spec: workSpec,
      },
    },
    status: { succeeded: 1 },
  });

  it('has nothing of the first run, and runs', () => {
    expect(copyOfJob(job, 'again')).toEqual({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'again', labels: { kind: 'nightly' }, annotations: { note: 'kept' } },
      spec: {
        backoffLimit: 1,
        completionMode: 'NonIndexed',
        template: { metadata: { labels: { app: 'work' } }, spec: workSpec },
      },
    });
  });

  it('has a name of its own, which is short enough', () => {
    const zero = () => 0;
    expect(nameOfRun('backup', 'rerun', zero)).toBe('backup-rerun-bbbbb');
    expect(nameOfRun('backup-rerun-x7k2p', 'rerun', zero)).toBe('backup-rerun-bbbbb');
    expect(nameOfRun(`${'a'.repeat(48)}-and-more`, 'manual', () => 0.999)).toBe(`${'a'.repeat(48)}-a-manual-99999`);
    expect(nameOfRun('x'.repeat(80), 'manual', zero)).toHaveLength(63);
    for (const name of ['backup-rerun-x7k2p', 'a', 'a.b']) expect(problemOfName(name)).toBeUndefined();
    for (const name of ['', '-a', 'A', 'a b', 'a'.repeat(64)]) expect(problemOfName(name)).toBeDefined();
  });
});

describe('an operation on several objects', () => {
  it('runs a few at a time, and a failure stops none of the others', async () => {
    let running = 0;
    let most = 0;
    const seen: string[] = [];
    const all = await applyToEach(
      Array.from({ length: 20 }, (_, index) => index),
      async (index) => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
        if (index === 3) throw new Error('no');
      },
      (progress) => seen.push(progress.map(({ state }) => state[0]).join('')),
    );
    expect(most).toBe(6);
    expect(all.filter(({ state }) => state === 'done')).toHaveLength(19);
    expect(all[3]).toEqual({ state: 'failed', error: new Error('no') } satisfies Progress);
    expect(seen[0]).toBe(`r${'w'.repeat(19)}`);
    expect(seen.at(-1)).toBe(`dddf${'d'.repeat(16)}`);
  });

  it('has the command that does the same', () => {
    const deployment = target(knownKinds.deployments);
    expect(operations.restart.command(deployment)).toBe('kubectl rollout restart deployments.apps/web -n shop');
    expect(operations.pause.command(deployment)).toBe('kubectl rollout pause deployments.apps/web -n shop');
    expect(operations.cordon.command(target(knownKinds.nodes, 'node-1', ''))).toBe('kubectl cordon node-1');
    expect(operations.suspend.command(target(cronJobs, 'nightly'))).toBe(
      `kubectl patch cronjobs.batch/nightly -n shop --type=merge -p '{"spec":{"suspend":true}}'`,
    );
  });
});

describe('the actions', () => {
  const asked: Asked[] = [];
  const offered = (resource: ApiResource, more: Partial<WorkloadContext> = {}) => {
    const context: WorkloadContext = {
      chosen: [target(writable(resource))],
      ask: (one) => asked.push(one),
      showRevisions: () => undefined,
      ...more,
    };
    return workloadActions.map((action) => bindAction(action, context)).filter(({ enabled }) => enabled);
  };
  const labels = (...how: Parameters<typeof offered>) => offered(...how).map(({ label }) => label);
  const object = (spec: object, status: object = {}) => ({ object: asObject({ spec, status }) });
  const two = (resource: ApiResource) => ({
    chosen: [target(writable(resource), 'a'), target(writable(resource), 'b')],
  });

  it('fit the kind and the state of the object', () => {
    expect(labels(knownKinds.deployments, object({}))).toEqual(['Restart', 'Revisions', 'Pause rollout']);
    expect(labels(knownKinds.deployments, object({ paused: true }))).toEqual([
      'Restart',
      'Revisions',
      'Resume rollout',
    ]);
    expect(labels(knownKinds.nodes, object({}))).toEqual(['Cordon', 'Drain']);
    expect(labels(knownKinds.nodes, object({ unschedulable: true }))).toEqual(['Uncordon', 'Drain']);
    expect(labels(cronJobs, object({ suspend: true }))).toEqual(['Run now', 'Resume']);
    expect(labels(knownKinds.jobs, object({}, { completionTime: 'x' }))).toEqual(['Run again']);
    expect(labels(knownKinds.pods)).toEqual(['Open a port']);
    expect(labels(knownKinds.configMaps)).toEqual([]);
    // Of the same name, but of metrics-server.
    expect(labels(knownKinds.podMetrics)).toEqual([]);
    expect(labels(knownKinds.nodeMetrics)).toEqual([]);
  });

  it('on several objects are those that one request each can do', () => {
    expect(labels(knownKinds.deployments, two(knownKinds.deployments))).toEqual(['Restart']);
    expect(labels(knownKinds.nodes, two(knownKinds.nodes))).toEqual(['Cordon', 'Uncordon']);
    expect(labels(cronJobs, two(cronJobs))).toEqual(['Suspend', 'Resume']);
    offered(knownKinds.deployments, two(knownKinds.deployments))[0]?.run();
    expect(asked.at(-1)).toMatchObject({
      dialog: 'operation',
      operation: 'restart',
      targets: [{ name: 'a' }, { name: 'b' }],
    });
  });

  it('need the verb, as far as the cluster says', () => {
    const chosen = [target(knownKinds.deployments)];
    expect(labels(knownKinds.deployments, { chosen })).toEqual(['Revisions']);
    expect(labels(knownKinds.nodes, { chosen: [target(knownKinds.nodes)] })).toEqual([]);
  });
});

describe('the ports', () => {
  it('of a pod are those of its containers, above 1024 on this side', () => {
    const pod = asObject({
      spec: {
        containers: [
          {
            name: 'web',
            ports: [
              { name: 'http', containerPort: 80 },
              { containerPort: 53, protocol: 'UDP' },
            ],
          },
          { name: 'metrics', ports: [{ containerPort: 9102, protocol: 'TCP' }] },
        ],
      },
    });
    expect(portsOf(target(knownKinds.pods), pod)).toEqual([
      { port: 80, name: 'http', of: 'in web', command: 'kubectl port-forward -n shop pod/web 8080:80' },
      { port: 9102, name: undefined, of: 'in metrics', command: 'kubectl port-forward -n shop pod/web 9102' },
    ]);
  });

  it('of a service are its own, with where they lead', () => {
    const service = asObject({
      spec: {
        ports: [
          { port: 443, targetPort: 'https' },
          { name: 'admin', port: 9000, targetPort: 9000 },
        ],
      },
    });
    expect(portsOf(target(knownKinds.services), service)).toEqual([
      { port: 443, name: undefined, of: 'to https', command: 'kubectl port-forward -n shop service/web 8443:443' },
      { port: 9000, name: 'admin', of: undefined, command: 'kubectl port-forward -n shop service/web 9000' },
    ]);
    expect(portsOf(target(knownKinds.services), asObject({}))).toEqual([]);
  });
});
