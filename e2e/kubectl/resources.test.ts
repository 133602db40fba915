import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectOk, run, start } from '../harness/kubectl.ts';
import { asAdmin, plainClients } from '../harness/matrix.ts';

const harness = inject('harness');

function configMap(name: string, data: Record<string, string>): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
}

describe.each(plainClients())('$title', ({ client }) => {
  const namespace = `e2e-${randomBytes(4).toString('hex')}`;
  const value = (name: string): Promise<string> =>
    expectOk(client, ['get', 'configmap', '-n', namespace, name, '-o', 'jsonpath={.data.a}']);

  beforeAll(() => expectOk(client, ['create', 'namespace', namespace]));
  afterAll(() => expectOk(asAdmin(client), ['delete', 'namespace', namespace, '--wait=false']));

  it('get: the same as directly from the apiserver', async () => {
    const list = ['get', 'services,deployments,statefulsets', '-n', 'demo', '-o', 'json'];
    expect(JSON.parse(await expectOk(client, list))).toEqual(JSON.parse(await expectOk(asAdmin(client), list)));
    const table = await expectOk(client, ['get', 'pods', '-n', 'demo', '-o', 'wide']);
    expect(table).toMatch(/^NAME +READY +STATUS[\s\S]*^shell +2\/2 +Running/m);
  });

  it('get -w: shows new objects', async () => {
    const watch = start(client, [
      'get',
      'configmaps',
      '-n',
      namespace,
      '-w',
      '-o',
      'name',
      '--output-watch-events=false',
    ]);
    await watch.until((one) => one.output.includes('configmap/kube-root-ca.crt'));
    await expectOk(client, ['create', 'configmap', '-n', namespace, 'watched']);
    await watch.until((one) => one.output.includes('configmap/watched'));
    await watch.stop();
  });

  it('logs -f: lines as they are written', async () => {
    const logs = start(client, ['logs', '-n', 'demo', 'ticker', '-f', '--tail=1']);
    await logs.until((one) => one.output.split('\n').length > 4);
    const ticks = [...(await logs.stop()).stdout.toString().matchAll(/tick (\d+)/g)].map((match) => Number(match[1]));
    expect(ticks).toEqual(ticks.map((_, index) => (ticks[0] ?? Number.NaN) + index));
  });

  it('logs: --previous shows the previous run, or says that there is none', async () => {
    const container = (name: string, script: string): object => ({
      name,
      image: 'localhost/busybox:1',
      imagePullPolicy: 'Never',
      command: ['sh', '-c', script],
      volumeMounts: [{ name: 'lives', mountPath: '/lives' }],
    });
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lives' },
      spec: {
        terminationGracePeriodSeconds: 0,
        volumes: [{ name: 'lives', emptyDir: {} }],
        containers: [
          container('one', 'exec sleep 3600'),
          {
            ...container(
              'two',
              'if [ -f /lives/first ]; then touch /lives/second; exec sleep 3600; fi; touch /lives/first; echo my first life',
            ),
            readinessProbe: { exec: { command: ['test', '-f', '/lives/second'] }, periodSeconds: 1 },
          },
        ],
      },
    };
    await expectOk(client, ['apply', '-n', namespace, '-f', '-'], { input: JSON.stringify(pod) });
    await expectOk(client, ['wait', '-n', namespace, 'pod/lives', '--for=condition=Ready', '--timeout=45s']);
    const previous = ['logs', '-n', namespace, 'lives', '--previous', '-c'];
    expect(await expectOk(client, [...previous, 'two'])).toBe('my first life\n');
    const { code, stderr } = await run(client, [...previous, 'one']);
    expect(code).toBe(1);
    expect(stderr).toContain('previous terminated container "one" in pod "lives" not found');
  });

  it('apply: client side', async () => {
    const apply = ['apply', '-n', namespace, '-f', '-'];
    expect(await expectOk(client, apply, { input: configMap('applied', { a: '1' }) })).toContain(
      'configmap/applied created',
    );
    expect(await expectOk(client, apply, { input: configMap('applied', { a: '2' }) })).toContain(
      'configmap/applied configured',
    );
    expect(await value('applied')).toBe('2');
  });

  it('apply: server side, conflict and force', async () => {
    const apply = (manager: string, ...more: string[]): string[] => [
      'apply',
      '--server-side',
      `--field-manager=${manager}`,
      '-n',
      namespace,
      '-f',
      '-',
      ...more,
    ];
    await expectOk(client, apply('one'), { input: configMap('owned', { a: '1' }) });
    const conflict = await run(client, apply('two'), { input: configMap('owned', { a: '2' }) });
    expect(conflict.code).toBe(1);
    expect(conflict.stderr).toContain('conflict with "one"');
    await expectOk(client, apply('two', '--force-conflicts'), { input: configMap('owned', { a: '2' }) });
    expect(await value('owned')).toBe('2');
  });

  it('diff: exit code 1 and the difference', async () => {
    await expectOk(client, ['apply', '-n', namespace, '-f', '-'], { input: configMap('diffed', { a: '1' }) });
    const { code, stdout } = await run(client, ['diff', '-n', namespace, '-f', '-'], {
      input: configMap('diffed', { a: '2' }),
    });
    expect(code).toBe(1);
    expect(stdout.toString()).toMatch(/^\+ {2}a: "2"$/m);
  });

  it('patch: strategic, merge and JSON', async () => {
    await expectOk(client, ['apply', '-n', namespace, '-f', '-'], { input: configMap('patched', { a: '0' }) });
    const patch = (type: string, body: unknown): Promise<string> =>
      expectOk(client, [
        'patch',
        'configmap',
        '-n',
        namespace,
        'patched',
        `--type=${type}`,
        '-p',
        JSON.stringify(body),
      ]);
    const values: string[] = [];
    for (const [type, body] of [
      ['strategic', { data: { a: '1' } }],
      ['merge', { data: { a: '2' } }],
      ['json', [{ op: 'replace', path: '/data/a', value: '3' }]],
    ] as const) {
      await patch(type, body);
      values.push(await value('patched'));
    }
    expect(values).toEqual(['1', '2', '3']);
  });

  it('edit', async () => {
    await expectOk(client, ['apply', '-n', namespace, '-f', '-'], { input: configMap('edited', { a: 'before' }) });
    const editor = join(harness.folder, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nsed -i s/before/after/ "$1"\n');
    chmodSync(editor, 0o755);
    await expectOk(client, ['edit', 'configmap', '-n', namespace, 'edited'], { env: { KUBE_EDITOR: editor } });
    expect(await value('edited')).toBe('after');
  });

  it('label, annotate, scale, rollout, delete', async () => {
    const deployment = ['create', 'deployment', '-n', namespace, 'none', '--image=localhost/busybox:1', '--replicas=0'];
    await expectOk(client, deployment);
    await expectOk(client, ['label', 'deployment', '-n', namespace, 'none', 'colour=blue']);
    await expectOk(client, ['annotate', 'deployment', '-n', namespace, 'none', 'note=kept']);
    expect(await expectOk(client, ['get', 'deployments', '-n', namespace, '-l', 'colour=blue', '-o', 'name'])).toBe(
      'deployment.apps/none\n',
    );
    await expectOk(client, ['scale', 'deployment', '-n', namespace, 'none', '--replicas=0']);
    expect(await expectOk(client, ['rollout', 'status', '-n', namespace, 'deployment/none'])).toContain(
      'successfully rolled out',
    );
    await expectOk(client, ['delete', 'deployment', '-n', namespace, 'none']);
    expect(await expectOk(client, ['get', 'deployments', '-n', namespace, '-o', 'name'])).toBe('');
  });

  it('describe', async () => {
    expect(await expectOk(client, ['describe', 'pod', '-n', 'demo', 'shell'])).toMatch(
      /^Name: +shell$[\s\S]*^Containers:$/m,
    );
    expect(await expectOk(client, ['describe', 'service', '-n', 'demo', 'web'])).toMatch(/^Endpoints: +10\.244\./m);
  });

  it('explain', async () => {
    expect(await expectOk(client, ['explain', 'pods.spec.containers'])).toMatch(/imagePullPolicy/);
  });

  it('auth can-i', async () => {
    expect(await expectOk(client, ['auth', 'can-i', 'create', 'deployments', '-n', 'demo'])).toBe('yes\n');
    expect(await expectOk(client, ['auth', 'can-i', '--list', '-n', 'demo'])).toContain('Resources');
  });

  it('api-resources, api-versions, cluster-info', async () => {
    expect(await expectOk(client, ['api-resources'])).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment/m);
    expect(await expectOk(client, ['api-versions'])).toContain('networking.k8s.io/v1\n');
    expect(await expectOk(client, ['cluster-info'])).toContain('is running at');
  });

  it('errors: unchanged from the apiserver', async () => {
    const missing = ['get', 'pod', '-n', 'demo', 'no-such-pod'];
    const { code, stderr } = await run(client, missing);
    expect({ code, stderr }).toEqual({ code: 1, stderr: (await run(asAdmin(client), missing)).stderr });
    expect(stderr).toContain('"no-such-pod" not found');
  });

  it('top (if the cluster has metrics)', async ({ skip }) => {
    const metrics = await run(asAdmin(client), ['get', '--raw', '/apis/metrics.k8s.io/v1beta1/nodes']);
    if (metrics.code !== 0) skip('this cluster serves no metrics API');
    expect(await expectOk(client, ['top', 'nodes'])).toContain('CPU(cores)');
  });
});
