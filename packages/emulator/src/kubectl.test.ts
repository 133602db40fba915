import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get } from 'node:http';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from './emulator.ts';
import { Kubectl, kubectls, type Result } from './test/kubectl.ts';

/** The oldest, the newest and one in between; all of them with EMULATOR_TEST_KUBECTLS=all. */
function chosen(all: string[]): string[] {
  if (process.env['EMULATOR_TEST_KUBECTLS'] === 'all' || all.length <= 3) return all;
  return [0, Math.floor(all.length / 2), all.length - 1].flatMap((index) => all[index] ?? []);
}

const programs = chosen(kubectls());
if (programs.length === 0) console.warn('SKIPPED: no kubectl on this machine; the emulator is tested without it');

let emulator: Emulator;
let kubectl: Kubectl;
beforeAll(async () => {
  emulator = await startEmulator();
  kubectl = new Kubectl(emulator);
});
afterAll(async () => {
  kubectl.remove();
  await emulator.close();
});

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
const text = ({ stdout }: Result) => stdout.toString();

describe.each(programs.map((program) => ({ program, name: basename(program) })))('$name', ({ program, name }) => {
  const namespace = name.replaceAll('.', '-');
  const run = (...args: string[]) => kubectl.run(program, args);
  const ok = async (...args: string[]): Promise<string> => {
    const result = await run(...args);
    expect(result.stderr.replace(/^Warning: .*\n/gim, ''), args.join(' ')).toBe('');
    expect(result.code, args.join(' ')).toBe(0);
    return text(result);
  };

  it('reads', async () => {
    expect(await ok('version')).toContain('v1.33.4');
    expect(await ok('api-resources')).toMatch(/backups +bk +demo\.postern\.dev\/v1 +true +Backup/);
    expect(await ok('get', 'pods', '-A', '-o', 'wide')).toContain('CrashLoopBackOff');
    expect(await ok('get', 'deploy,sts,svc,ing,hpa,pvc,cj', '-n', 'shop')).toContain('statefulset.apps/postgres');
    const crashing = ['-n', 'shop', '-l', 'app.kubernetes.io/name=payments'];
    expect(await ok('describe', 'pod', ...crashing)).toMatch(/BackOff .*Back-off restarting failed container payments/);
    expect(await ok('describe', 'deploy', 'frontend', '-n', 'shop')).toContain(
      '3 desired | 3 updated | 3 total | 3 available',
    );
    expect(await ok('describe', 'svc', 'frontend', '-n', 'shop')).toMatch(/Endpoints: +10\.244/);
    expect(await ok('describe', 'node', 'demo-worker-1')).toContain('Allocated resources');
    expect(await ok('top', 'nodes')).toContain('demo-worker-2');
    expect(await ok('top', 'pods', '-n', 'shop')).toContain('postgres-0');
    expect(await ok('explain', 'deployment.spec.template.spec.containers.ports')).toContain('containerPort');
    expect(await ok('explain', 'backup.spec')).toContain('retention');
    expect(await ok('logs', '-n', 'shop', 'postgres-0', '--tail=2')).toMatch(/^.+\n.+\n$/);
  });

  it('writes', async () => {
    await ok('create', 'namespace', namespace);
    await ok('create', 'configmap', 'one', '--from-literal=a=1', '-n', namespace);
    await ok('create', 'deployment', 'web', '--image=nginx:1.29', '--replicas=2', '-n', namespace);
    await ok('rollout', 'status', 'deploy/web', '-n', namespace, '--timeout=15s');
    await ok('set', 'image', 'deploy/web', 'nginx=nginx:1.30', '-n', namespace);
    await ok('rollout', 'status', 'deploy/web', '-n', namespace, '--timeout=15s');
    await ok('scale', 'deploy/web', '--replicas=1', '-n', namespace);
    await ok('patch', 'cm', 'one', '-n', namespace, '--type=json', '-p', '[{"op":"add","path":"/data/b","value":"2"}]');
    const manifest = JSON.parse(await ok('get', 'cm', 'one', '-n', namespace, '-o', 'json'));
    expect(manifest.data).toEqual({ a: '1', b: '2' });
    const apply = (data: object, ...flags: string[]) => {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'two', namespace }, data });
      return kubectl.run(program, ['apply', '-f', '-', ...flags], { input });
    };
    for (const data of [{ x: '1', y: '1' }, { x: '2' }]) expect((await apply(data)).code).toBe(0);
    expect(await ok('get', 'cm', 'two', '-n', namespace, '-o', 'jsonpath={.data}')).toBe('{"x":"2"}');
    expect((await apply({ z: '3' }, '--server-side', '--force-conflicts')).code).toBe(0);
    await ok('delete', 'pod', '-l', 'app=web', '-n', namespace);
    await ok('delete', 'namespace', namespace, '--timeout=15s');
  });

  it('rolls stateful sets and daemon sets back', async () => {
    for (const [kind, set, container] of [
      ['sts', 'postgres', 'postgres'],
      ['ds', 'node-exporter', 'node-exporter'],
    ] as const) {
      const place = kind === 'sts' ? 'shop' : 'observability';
      const target = [`${kind}/${set}`, '-n', place];
      const image = async () => await ok('get', ...target, '-o', `jsonpath={.spec.template.spec.containers[0].image}`);
      const before = await image();
      const revisions = (await ok('rollout', 'history', ...target)).trim().split('\n').length;
      await ok('set', 'image', ...target, `${container}=${before}-${namespace}`);
      await expect
        .poll(async () => (await ok('rollout', 'history', ...target)).trim().split('\n').length)
        .toBe(revisions + 1);
      await ok('rollout', 'undo', ...target);
      expect(await image()).toBe(before);
    }
  });

  it('drains a node, and waits for a disruption budget', async () => {
    await ok('create', 'deployment', 'guarded', '--image=nginx:1');
    const budget = {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'guarded' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } },
    };
    expect((await kubectl.run(program, ['apply', '-f', '-'], { input: JSON.stringify(budget) })).code).toBe(0);
    await ok('wait', 'deploy/guarded', '--for=condition=Available', '--timeout=20s');
    const node = await ok('get', 'pod', '-l', 'app=guarded', '-o', 'jsonpath={.items[0].spec.nodeName}');
    const drain = ['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--pod-selector=app=guarded'];
    const refused = await run(...drain, '--timeout=1s');
    expect(refused.stderr).toMatch(/Cannot evict pod as it would violate the pod's disruption budget/);
    await ok('delete', 'pdb', 'guarded');
    expect(await ok(...drain, '--timeout=20s')).toContain(`node/${node} drained`);
    await ok('uncordon', node);
    await ok('delete', 'deployment', 'guarded');
  });

  it('answers auth can-i', async () => {
    const viewer = ['--as=postern:a@example.com', '--as-group=postern:viewer'];
    expect(text(await run('auth', 'can-i', 'create', 'deployments', ...viewer))).toMatch(/^no/);
    expect(text(await run('auth', 'can-i', 'list', 'pods', ...viewer))).toMatch(/^yes/);
    expect((await run('delete', 'pod', 'postgres-0', '-n', 'shop', ...viewer)).stderr).toContain('(Forbidden)');
  });

  describe.each(['true', 'false'])('with WebSockets %s', (websockets) => {
    const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: websockets, KUBECTL_PORT_FORWARD_WEBSOCKETS: websockets };
    const exec = (flags: string[], command: string[], input?: Buffer) =>
      kubectl.run(program, ['exec', '-n', 'shop', ...flags, 'postgres-0', '--', ...command], {
        env,
        ...(input === undefined ? {} : { input }),
      });

    it('executes', async () => {
      const result = await exec([], ['sh', '-c', 'echo out; echo err >&2; exit 7']);
      expect([result.code, text(result)]).toEqual([7, 'out\n']);
      expect(result.stderr).toMatch(/^err\n/);
      const input = randomBytes(3_000_000);
      const copied = await exec(['-i'], ['cat'], input);
      expect(sha256(copied.stdout)).toBe(sha256(input));
      expect((await exec([], ['head', '-c', '20000000', '/dev/zero'])).stdout).toHaveLength(20_000_000);
    });

    it('attaches', async () => {
      const child = kubectl.start(program, ['attach', '-i', '-q', 'toolbox'], env);
      const marker = `sum=$((40 + ${Number(program.slice(-2))}))`;
      child.stdin.write(`echo ${marker}\n`);
      let seen = '';
      for await (const chunk of child.stdout) {
        seen += chunk;
        if (seen.includes(`sum=${40 + Number(program.slice(-2))}`)) break;
      }
      child.kill();
      expect(seen).toContain(`sum=${40 + Number(program.slice(-2))}`);
    });

    it('forwards ports', async () => {
      const child = kubectl.start(program, ['port-forward', '-n', 'shop', 'svc/frontend', ':80'], env);
      const [line] = await once(createInterface(child.stdout), 'line');
      const [, port] = /127\.0\.0\.1:(\d+) ->/.exec(line) ?? [];
      const answers = Array.from({ length: 20 }, async (_, index) => {
        const [response] = await once(get(`http://127.0.0.1:${port}/${index}`, { agent: false }), 'response');
        let body = '';
        for await (const chunk of response) body += chunk;
        return JSON.parse(body).path;
      });
      expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, (_, index) => `/${index}`));
      child.kill();
      await once(child, 'exit');
    });
  });
});
