import { describe, expect, it } from 'vitest';
import { brokenPods } from './broken-pods.ts';
import { diagnosePod } from './diagnose-pod.ts';
import type { Reason } from './diagnosis.ts';
import { readHappenings } from './happenings.ts';
import { pullCause, registryOf } from './image-pull.ts';
import { readMissingSource } from './missing-source.ts';
import { probeWords, readProbeFailure } from './probes.ts';
import { readSchedulingFailure } from './scheduling.ts';
import { ago, condition, crashing, ended, NOW, pod, running, unschedulable, waiting } from './test/pods.ts';

const event = (reason: string, message: string, { minutes = 1, count = 1, container = 'web' } = {}) => ({
  metadata: { name: 'e', namespace: 'shop' },
  involvedObject: {
    kind: 'Pod',
    name: 'web',
    fieldPath: container === '' ? undefined : `spec.containers{${container}}`,
  },
  reason,
  message,
  count,
  lastTimestamp: ago(minutes),
  eventTime: null,
});
const diagnose = (object: unknown, ...events: object[]) => diagnosePod(object, readHappenings(events), NOW);
const first = (reasons: readonly Reason[]): Reason => {
  const [reason] = reasons;
  if (reason === undefined) throw new Error('no reason');
  return reason;
};
const fact = ({ facts }: Reason, label: string) => facts.find((one) => one.label === label)?.value;
const actions = ({ steps }: Reason) =>
  steps.map((step) => (step.do === 'open' ? step.to.kind : step.do === 'list' ? `all ${step.kind}` : step.do));
const probes = {
  name: 'web',
  readinessProbe: {
    httpGet: { path: '/ready', port: 8080, scheme: 'HTTP' },
    periodSeconds: 5,
    timeoutSeconds: 2,
    failureThreshold: 3,
  },
  livenessProbe: { tcpSocket: { port: 'http' }, failureThreshold: 1 },
};

describe('diagnosePod', () => {
  it('has nothing to say about a healthy pod', () => expect(diagnose(pod())).toEqual([]));

  it('explains a crash: how it ended, when it is tried again, and which log shows why', () => {
    const reason = first(diagnose(crashing()));
    expect(reason.title).toBe('Container web ended with exit code 1');
    expect(fact(reason, 'Restarts')).toBe('28');
    expect(fact(reason, 'Ended')).toBe('2 minutes ago, after running for 30 seconds');
    expect(reason.next).toBe(NOW + 3 * 60_000);
    expect(reason.log).toEqual({ container: 'web', previous: true, run: 28 });
    expect(actions(reason)).toEqual(['logs', 'events', 'yaml']);
  });

  it('explains the past crashes of a container that runs right now', () => {
    const now = running(1, { restartCount: 28, lastState: ended(1, 139) });
    const reason = first(diagnose(pod({ statuses: [now] })));
    expect(reason.title).toBe('Container web ended with exit code 139 (SIGSEGV, a memory access violation)');
    expect(reason.next).toBeUndefined();
    expect(reason.log?.previous).toBe(true);
  });

  it.each([
    [
      137,
      { reason: 'OOMKilled' },
      'was killed for using more memory than its limit of 256Mi (exit code 137)',
      '137, SIGKILL, killed from outside',
    ],
    [137, {}, 'ended with exit code 137 (SIGKILL, killed from outside)', '137, SIGKILL, killed from outside'],
    [143, {}, 'ended with exit code 143 (SIGTERM, asked to stop)', '143, SIGTERM, asked to stop'],
    [127, {}, 'ended with exit code 127 (the command was not found)', '127, the command was not found'],
    [3, {}, 'ended with exit code 3', '3'],
    [0, {}, 'ended with exit code 0', '0'],
    [152, {}, 'ended with exit code 152 (signal 24)', '152, signal 24'],
  ])('puts exit code %i (%j) in words', (exitCode, more, title, code) => {
    const status = running(0, {
      ready: false,
      restartCount: 5,
      state: waiting('CrashLoopBackOff'),
      lastState: ended(1, exitCode, more),
    });
    const reason = first(diagnose(pod({ statuses: [status] })));
    expect(reason.title).toBe(`Container web ${title}`);
    expect(fact(reason, 'Exit code')).toBe(code);
  });

  it('quotes the message of a command that could not be started', () => {
    const message = 'failed to create containerd task: exec: "srever": executable file not found in $PATH: unknown';
    const state = ended(0, 128, { reason: 'StartError', message });
    const reason = first(diagnose(pod({ statuses: [running(0, { ready: false, state })] })));
    expect(reason.detail).toBe(message);
    expect(fact(reason, 'Reason')).toBe('StartError');
    expect(reason.log?.previous).toBe(false);
  });

  it('blames the liveness probe, with its target and threshold', () => {
    const status = running(0.1, { restartCount: 6, lastState: ended(0.2, 137) });
    const reason = first(
      diagnose(
        pod({ containers: [probes], statuses: [status] }),
        event('Killing', 'Container web failed liveness probe, will be restarted'),
        event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503'),
        event('Unhealthy', 'Liveness probe failed: dial tcp 10.0.0.1:8080: connect: connection refused'),
      ),
    );
    expect(reason.title).toBe('Container web is killed, because its liveness probe fails');
    expect(reason.detail).toBe('dial tcp 10.0.0.1:8080: connect: connection refused');
    expect(fact(reason, 'Probe')).toBe('TCP :http every 10 s, times out after 1 s, fails after 1 try');
  });

  it('blames the readiness probe of a pod that is not ready', () => {
    const broken = pod({
      containers: [probes],
      conditions: [condition('Ready', 'False', 30)],
      statuses: [running(600, { ready: false })],
    });
    const reason = first(
      diagnose(
        broken,
        event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', { count: 41 }),
      ),
    );
    expect(reason.title).toBe('The readiness probe of container web fails');
    expect(fact(reason, 'Probe')).toBe('GET http :8080/ready every 5 s, times out after 2 s, fails after 3 tries');
    expect(fact(reason, 'Failed')).toBe('41 times');
    expect(reason.log?.previous).toBe(false);
  });

  it('ignores the probes of other containers', () => {
    const broken = pod({
      containers: [probes],
      conditions: [condition('Ready', 'False', 30)],
      statuses: [running(600, { ready: false })],
    });
    const reason = first(diagnose(broken, event('Unhealthy', 'Readiness probe failed: x', { container: 'other' })));
    expect(reason.title).toBe('Running, not ready');
    expect(reason.detail).toMatch(/^It is not ready, 10 hours after/);
  });

  it('names the image, the registry, and what the registry says', () => {
    const status = running(0, {
      ready: false,
      state: waiting('ImagePullBackOff', 'Back-off pulling image "registry.example.com/shop/web:1.4"'),
    });
    const said =
      'Failed to pull image "registry.example.com/shop/web:1.4": rpc error: code = NotFound desc = failed to resolve reference "registry.example.com/shop/web:1.4": registry.example.com/shop/web:1.4: not found';
    const reason = first(
      diagnose(
        pod({ phase: 'Pending', statuses: [status], spec: { imagePullSecrets: [{ name: 'registry' }] } }),
        event('Failed', 'Error: ErrImagePull'),
        event('Failed', said),
      ),
    );
    expect(reason.title).toBe('The image of container web cannot be pulled');
    expect(reason.detail).toBe(said);
    expect(fact(reason, 'Registry')).toBe('registry.example.com');
    expect(fact(reason, 'Image')).toBe('registry.example.com/shop/web:1.4');
    expect(fact(reason, 'Cause')).toBe('The registry has no such image or tag');
    expect(actions(reason)).toEqual(['Secret', 'events', 'yaml']);
  });

  it.each([
    [
      'configmap "web-config" not found',
      'Container web needs config map web-config, which does not exist',
      'all ConfigMap',
    ],
    ['secret "tokens" not found', 'Container web needs secret tokens, which does not exist', 'all Secret'],
    [
      "couldn't find key API in Secret shop/tokens",
      'Container web needs the key API, which secret tokens does not have',
      'all Secret',
    ],
  ])('names what is missing: %s', (message, title, step) => {
    const status = running(0, { ready: false, state: waiting('CreateContainerConfigError', message) });
    const reason = first(diagnose(pod({ phase: 'Pending', statuses: [status] })));
    expect(reason.title).toBe(title);
    expect(actions(reason)).toEqual([step, 'events', 'yaml']);
  });

  it('says per group of nodes why none fits', () => {
    const reason = first(diagnose(unschedulable(41)));
    expect(reason.title).toBe('None of the 3 nodes fits');
    expect(reason.facts).toEqual([
      { label: '1 node', value: 'had untolerated taint {node-role.kubernetes.io/control-plane: }' },
      { label: '2 nodes', value: 'not enough free cpu' },
    ]);
    expect(reason.detail).toMatch(/^0\/3 nodes are available/);
    expect(actions(reason)).toEqual(['all Node', 'events', 'yaml']);
  });

  it('names the volume that cannot be mounted', () => {
    const status = running(0, { ready: false, state: waiting('ContainerCreating') });
    const message = 'MountVolume.SetUp failed for volume "config" : configmap "web-config" not found';
    const reason = first(
      diagnose(
        pod({ age: 30, phase: 'Pending', statuses: [status] }),
        event('FailedMount', message, { count: 9, container: '' }),
      ),
    );
    expect(reason.title).toBe('Volume config cannot be mounted: ConfigMap web-config does not exist');
    expect(fact(reason, 'Tried')).toBe('9 times');
  });

  it('says why a pod was evicted, and on which node', () => {
    const message = 'The node was low on resource: memory. Container web was using 512Mi.';
    const reason = first(diagnose(pod({ phase: 'Failed', reason: 'Evicted', message, statuses: [] })));
    expect(reason).toMatchObject({ title: 'It was evicted from its node', detail: message });
    expect(actions(reason)).toEqual(['Node', 'events', 'yaml']);
  });

  it('names the finalizers of a pod that does not go', () => {
    const reason = first(diagnose(pod({ metadata: { deletionTimestamp: ago(60), finalizers: ['example.com/hold'] } })));
    expect(reason.title).toBe('It was deleted, but a finalizer keeps it');
    expect(fact(reason, 'Finalizers')).toBe('example.com/hold');
  });

  it('reports each broken container, init containers first', () => {
    const reasons = diagnose(
      pod({
        phase: 'Pending',
        init: [{ name: 'migrate' }],
        initStatuses: [
          { name: 'migrate', restartCount: 4, state: waiting('CrashLoopBackOff'), lastState: ended(1, 2) },
        ],
        statuses: [running(0, { ready: false, state: waiting('PodInitializing') })],
      }),
    );
    expect(reasons.map(({ title }) => title)).toEqual(['Container migrate ended with exit code 2']);
  });

  it('tolerates anything that a cluster sends', () => {
    const odd = [
      null,
      7,
      [],
      { status: 'x' },
      { status: { phase: 'Running', containerStatuses: [null, 5, {}], conditions: [null] } },
    ];
    for (const object of odd) expect(() => diagnose(object, { involvedObject: 3 }, {})).not.toThrow();
  });
});

it('groups the broken pods of a workload by reason', () => {
  const named = (made: object, name: string) => ({
    ...made,
    metadata: { name, namespace: 'shop', creationTimestamp: ago(600) },
  });
  const groups = brokenPods(
    [named(unschedulable(41), 'c'), named(crashing(), 'a'), named(pod(), 'fine'), named(crashing(), 'b')],
    NOW,
  );
  expect(groups.map(({ title, pods }) => [title, pods.map(({ name }) => name)])).toEqual([
    ['Container web ended with exit code 1', ['a', 'b']],
    ['None of the 3 nodes fits', ['c']],
  ]);
});

describe('messages of the cluster', () => {
  it.each([
    ['web:1', 'docker.io'],
    ['library/web', 'docker.io'],
    ['ghcr.io/a/b@sha256:00', 'ghcr.io'],
    ['localhost/web', 'localhost'],
    ['registry:5000/web', 'registry:5000'],
  ])('the registry of %s is %s', (image, registry) => expect(registryOf(image)).toBe(registry));
  it.each([
    ['pull access denied, repository does not exist or may require authorization', /private or does not exist/],
    ['429 Too Many Requests: toomanyrequests: You have reached your pull rate limit', /limits how often/],
    ['dial tcp: lookup registry.example.com: no such host', /cannot be resolved/],
    ['no match for platform in manifest: not found', /architecture/],
    ['tls: failed to verify certificate: x509: certificate signed by unknown authority', /certificate/],
  ])('%s', (message, cause) => expect(pullCause(message)).toMatch(cause));
  it('does not guess a cause', () => expect(pullCause('something else')).toBeUndefined());
  it('reads scheduling failures with commas in them, and newer ones', () => {
    expect(
      readSchedulingFailure(
        '0/5 nodes are available: 2 node(s) had untolerated taints {a: b, c: d}, 3 Insufficient memory. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.',
      ),
    ).toEqual({
      nodes: 5,
      groups: [
        { count: 2, problem: 'had untolerated taints {a: b, c: d}' },
        { count: 3, problem: 'not enough free memory' },
      ],
    });
    expect(readSchedulingFailure('pod has unbound immediate PersistentVolumeClaims')).toBeUndefined();
  });
  it('reads probe failures', () => {
    expect(readProbeFailure('Startup probe failed: command timed out')).toEqual({
      kind: 'Startup',
      message: 'command timed out',
    });
    expect(readProbeFailure('Something else')).toBeUndefined();
    expect(probeWords({ startupProbe: { exec: { command: ['cat', '/ok'] } } }, 'Startup')).toBe(
      'cat /ok every 10 s, times out after 1 s, fails after 3 tries',
    );
    expect(probeWords({ startupProbe: { grpc: { port: 9 } } }, 'Startup')).toMatch(/^gRPC :9/);
    expect(probeWords({}, 'Startup')).toBeUndefined();
  });
  it('reads a missing volume claim', () =>
    expect(readMissingSource('persistentvolumeclaim "data" not found')).toEqual({
      kind: 'PersistentVolumeClaim',
      name: 'data',
      key: undefined,
    }));
});
