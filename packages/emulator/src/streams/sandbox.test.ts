import { randomUUID } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulator.ts';
import { runScript } from '../test/exec.ts';
import { startProcess } from './process.ts';
import { detectSandbox, Sandbox } from './sandbox.ts';
import { limitScript, processLimits } from './sandbox-scripts.ts';
import { diskUsage } from './usage.ts';

let emulator: Emulator;
let secrets: string;
beforeAll(async () => {
  secrets = mkdtempSync(join(tmpdir(), 'postern-secret-'));
  writeFileSync(join(secrets, 'key'), 'hidden-key', { mode: 0o600 });
  process.env['EMULATOR_TEST_SECRET'] = 'hidden-variable';
  emulator = await startEmulator({ hidden: [secrets] });
});
afterAll(async () => {
  delete process.env['EMULATOR_TEST_SECRET'];
  await emulator.close();
  rmSync(secrets, { recursive: true });
});

const run = (script: string, options?: Parameters<typeof runScript>[2]) => runScript(emulator, script, options);
const exitCode = ({ status }: Awaited<ReturnType<typeof run>>) => status.details?.causes?.[0]?.message;

describe.each([{ tty: false }, { tty: true }])('a process of a pod (tty: $tty)', (options) => {
  it('sees nothing of the environment of this machine', async () => {
    const { stdout } = await run('env; cat /proc/self/environ /proc/1/environ /proc/$PPID/environ', options);
    expect(stdout).toContain('HOSTNAME=postgres-0');
    expect(stdout).not.toContain('hidden-variable');
    const names = stdout.split(/[\r\n\0]+/).flatMap((line) => /^([A-Za-z_]\w*)=/.exec(line)?.[1] ?? []);
    for (const name of Object.keys(process.env)) {
      if (!['PATH', 'HOME', 'PWD', 'SHELL', 'LANG', 'TERM', 'HOSTNAME', 'SHLVL', '_', 'OLDPWD'].includes(name)) {
        expect(names).not.toContain(name);
      }
    }
  });

  it('runs as an unprivileged user without capabilities', async () => {
    const { stdout } = await run('id -u; id -g; grep -E "^Cap(Eff|Prm)|^Groups" /proc/self/status', options);
    expect(stdout).toMatch(/^(?!0\b)\d+\s+(?!0\b)\d+\s/);
    if (process.platform === 'linux') expect(stdout).toMatch(/CapPrm:\t0+\s+CapEff:\t0+\s/);
  });

  it('cannot read a file that only the user of Postern may read', async () => {
    // Without namespaces, and not as root, the processes run as the same user.
    if (emulator.sandbox === 'limits' && process.getuid?.() !== 0) return;
    const ran = await run(`cat ${join(secrets, 'key')}; echo "ended $?"`, options);
    expect(ran.stdout).not.toContain('hidden-key');
    expect(ran.stdout).toContain('ended 1');
  });

  it('has its own writable home folder, which is its working folder', async () => {
    const { stdout } = await run('pwd; echo "$HOME"; echo kept > file && cat file', options);
    const [folder, home, text] = stdout.trim().split(/\r?\n/);
    expect([home, text]).toEqual([folder, 'kept']);
  });
});

it.runIf(process.platform === 'linux')('starts no more processes than its limit, and leaves none behind', async () => {
  const seconds = 1_000_000 + process.pid;
  // A fork bomb of limited depth: each shell starts two more, 2^9 in the end. The first waits for a line before it exits.
  const bomb = `b() { if [ "$1" -gt 0 ]; then (b $(($1 - 1))) & (b $(($1 - 1))) & fi; exec sleep ${seconds}; }; (b 9) & read line`;
  const count = () =>
    readdirSync('/proc').filter((pid) => {
      const file = `/proc/${pid}/cmdline`;
      return /^\d+$/.test(pid) && read(file).includes(`sleep\0${seconds}\0`);
    }).length;
  let most = 0;
  const seen = async () => {
    // Until the number has not grown for a while.
    let stable = 0;
    await expect
      .poll(() => {
        const now = count();
        stable = now > 5 && now <= most ? stable + 1 : 0;
        most = Math.max(most, now);
        return stable;
      })
      .toBeGreaterThan(10);
  };
  const ran = await run(bomb, { beforeInput: seen });
  expect(ran.stderr).toMatch(/fork|resource/i);
  expect(most).toBeGreaterThan(5);
  expect(most).toBeLessThanOrEqual(processLimits.processes);
  await expect.poll(count).toBe(0);
  // Other commands still run.
  expect((await run('echo alive')).stdout).toBe('alive\n');
});

describe('what a process writes', () => {
  it('is cut off at the size limit of a file', async () => {
    const megabytes = processLimits.fileBytes / 1024 ** 2;
    const { stdout } = await run(`dd if=/dev/zero of=big bs=1048576 count=${megabytes + 8} 2>&1; wc -c < big; rm big`);
    expect(Number(stdout.trim().split('\n').at(-1))).toBe(processLimits.fileBytes);
  });

  it('ends it, and is removed, beyond the size limit of all files', async () => {
    const ran = await run(
      'i=0; while :; do i=$((i + 1)); dd if=/dev/zero of=f$i bs=1048576 count=24 2>/dev/null; done',
    );
    expect(exitCode(ran)).toMatch(/^(129|137)$/);
    expect((await run('ls -a; df . >/dev/null')).stdout).not.toMatch(/^f\d/m);
  });

  it.runIf(process.platform === 'linux')('reaches no shared folder', async () => {
    if (emulator.sandbox === 'limits') return;
    const name = `escaped-${process.pid}`;
    const { stdout } = await run(
      `for d in /tmp /var/tmp /dev/shm /etc /usr /; do echo x > "$d/${name}" && echo "wrote $d"; done 2>/dev/null; dd if=/dev/zero of=/tmp/${name} bs=1048576 count=9 2>/dev/null; wc -c < /tmp/${name}`,
    );
    for (const folder of ['/tmp', '/var/tmp', '/dev/shm', '/etc', '/usr', '/']) {
      expect(existsSync(join(folder, name))).toBe(false);
    }
    expect(Number(stdout.trim().split('\n').at(-1))).toBeLessThanOrEqual(4 * 1024 ** 2);
  });
});

it.runIf(process.platform === 'linux')('ends a command that exceeds its memory limit', async () => {
  const half = 'head -c 300000000 /dev/zero | tail -c 299999999 | { sleep 30; cat >/dev/null; }';
  const ran = await run(`(${half}) & (${half}) & (${half}) & wait`);
  expect(exitCode(ran)).toMatch(/^(129|137)$/);
});

describe.runIf(process.platform === 'linux')('the network', () => {
  it('is only a loopback, from which no server of this machine can be reached', async () => {
    if (emulator.sandbox === 'limits') return;
    let reached = 0;
    const server = createServer(() => {
      reached += 1;
    }).listen(0, '0.0.0.0');
    await new Promise((listening) => server.once('listening', listening));
    const { port } = server.address() as { port: number };
    const addresses = Object.values(networkInterfaces()).flatMap((ones) =>
      (ones ?? []).filter(({ family }) => family === 'IPv4').map(({ address }) => address),
    );
    expect(addresses).toContain('127.0.0.1');
    const attempts = addresses.map((address) => `bash -c 'echo x > /dev/tcp/${address}/${port}' && echo reached`);
    const { stdout } = await run(`cat /proc/net/route | wc -l; ${attempts.join('; ')}; true`);
    server.close();
    expect(stdout).toBe('1\n');
    expect(reached).toBe(0);
  });

  it('is set up without the variables of the pod', async () => {
    const sandbox = await detectSandbox();
    const folder = '/nowhere';
    const env = { LD_PRELOAD: '/evil.so', BASH_ENV: '/evil', PATH: '/evil' };
    const wrapped = sandbox.wrap({ file: '/bin/true', args: [], env, folder });
    expect(Object.keys(wrapped.env)).toEqual(['PATH', 'LANG']);
    expect(wrapped.env['PATH']).not.toContain('evil');
    expect(wrapped.args).toContain('LD_PRELOAD=/evil.so');
  });
});

it('hides the processes of the machine if there are namespaces', async () => {
  if (emulator.sandbox !== 'namespaces') return;
  const { stdout } = await run(`ls -d /proc/[0-9]* | wc -l; ls /proc/${process.ppid}/fd; kill -0 ${process.pid}`);
  expect(Number(stdout.split('\n')[0])).toBeLessThan(10);
});

describe('without namespaces', () => {
  it.runIf(process.platform === 'linux').each([true, false])(
    'starts no more processes than its limit (tty: %s)',
    async (tty) => {
      const id = 65_111;
      const identity = process.getuid?.() === 0 ? { uid: id, gid: id } : undefined;
      const folder = mkdtempSync(join(tmpdir(), 'postern-limits-'));
      if (identity) chownSync(folder, id, id);
      const script = 'i=0; while [ $i -lt 300 ]; do sleep 30 & i=$((i + 1)); done 2>&1; id -u; env';
      const env = { PATH: '/usr/bin:/bin', HOME: folder, POSTERN_DEMO_SESSION: randomUUID() };
      const sandbox = new Sandbox('limits', identity);
      const running = await startProcess({ sandbox, command: ['sh', '-c', script], folder, env, tty });
      let output = '';
      running.stdout.on('data', (chunk) => {
        output += chunk;
      });
      await running.ended;
      running.kill();
      rmSync(folder, { recursive: true });
      expect(output).toMatch(/fork/i);
      expect(output).not.toContain('hidden-variable');
    },
  );

  it('has the other limits', async () => {
    const { execFileSync } = await import('node:child_process');
    const wrapped = new Sandbox('limits', undefined).wrap({
      file: '/bin/sh',
      args: ['-c', 'ulimit -f; ulimit -n; ulimit -c; ulimit -t; echo "[$EMULATOR_TEST_SECRET]"'],
      env: { PATH: '/usr/bin:/bin' },
      folder: '/',
    });
    const [fileBlocks, files, core, seconds, secret] = execFileSync(wrapped.file, wrapped.args, { env: wrapped.env })
      .toString()
      .trim()
      .split('\n');
    expect(Number(fileBlocks) * 512).toBe(processLimits.fileBytes);
    expect([files, core, seconds, secret]).toEqual(['256', '0', '600', '[]']);
    expect(limitScript).toContain('nice');
  });
});

it('counts a folder with too many files as full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-usage-'));
  writeFileSync(join(folder, 'a'), Buffer.alloc(100_000));
  expect(diskUsage(folder)).toBeGreaterThanOrEqual(100_000);
  for (let file = 0; file < 20; file += 1) writeFileSync(join(folder, String(file)), '');
  expect(diskUsage(folder, 21)).toBeLessThan(200_000);
  expect(diskUsage(folder, 20)).toBe(Number.POSITIVE_INFINITY);
  expect(diskUsage(join(folder, 'gone'))).toBe(0);
  rmSync(folder, { recursive: true });
});

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
