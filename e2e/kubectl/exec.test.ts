import { randomBytes } from 'node:crypto';
import { spawn as spawnTerminal } from '@lydell/node-pty';
import { describe, expect, it } from 'vitest';
import { numbers, sha256 } from '../harness/bytes.ts';
import { type Client, environment } from '../harness/client.ts';
import { run } from '../harness/kubectl.ts';
import { clients } from '../harness/matrix.ts';

const last = 2_700_000;
const twentyMegabytes = numbers(last);
const inCat = ['-n', 'demo', 'shell', '-c', 'cat'];

/** Tests that have failed once in many runs are run as often as POSTERN_E2E_REPEAT says. */
const rounds = Array.from({ length: Number(process.env['POSTERN_E2E_REPEAT'] ?? 1) }, (_, round) => round);

describe.each(clients('remote'))('$title', ({ client }) => {
  it('exec: speaks the chosen transport', async () => {
    const { code, stderr } = await run(client, ['exec', '-v=8', ...inCat, '--', 'true']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/101 Switching Protocols|status="101/);
    const webSocket = /sec-websocket-accept/i.test(stderr);
    const spdy = /upgrade: SPDY\/3\.1|Upgrade=\[?SPDY\/3\.1|X-Stream-Protocol-Version: v4/i.test(stderr);
    expect({ webSocket, spdy }).toEqual({
      webSocket: client.transport === 'WebSocket',
      spdy: client.transport === 'SPDY',
    });
  });

  it('exec: exit code', async () => {
    const { code } = await run(client, ['exec', ...inCat, '--', 'sh', '-c', 'exit 7']);
    expect(code).toBe(7);
  });

  it('exec: stderr separate from stdout', async () => {
    const { code, stdout, stderr } = await run(client, ['exec', ...inCat, '--', 'sh', '-c', 'echo out; echo err >&2']);
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  it('exec: 3 MB stdin', async () => {
    const input = randomBytes(3_000_000);
    const { code, stdout } = await run(client, ['exec', '-i', ...inCat, '--', 'sha256sum'], { input });
    expect(code).toBe(0);
    expect(stdout.toString()).toBe(`${sha256(input)}  -\n`);
  });

  it('exec: 20 MB stdout', async () => {
    const { code, stdout } = await run(client, ['exec', ...inCat, '--', 'seq', '1', String(last)]);
    expect(code).toBe(0);
    expect(stdout.length).toBe(twentyMegabytes.length);
    expect(sha256(stdout)).toBe(sha256(twentyMegabytes));
  });

  it.each(rounds)('exec: both ways at once', async () => {
    const input = randomBytes(2_000_000);
    const { code, stdout } = await run(client, ['exec', '-i', ...inCat, '--', 'cat'], { input });
    expect(code).toBe(0);
    expect(sha256(stdout)).toBe(sha256(input));
  });

  it.each(rounds)('exec -it: terminal, resize, Ctrl-C, exit code', async () => {
    const { output, code } = await inTerminal(client, ['exec', '-it', ...inCat, '--', 'sh'], async (terminal) => {
      await terminal.until(/\/ # /);
      terminal.type('stty size\r');
      await terminal.until(/\b33 101\b/);
      // Sizes and keys are separate streams without a common order (a command typed right after the resize may still
      // see the old size, also directly at an apiserver). So a trap prints the new size, in a shell of its own, which
      // is in the process group that Ctrl-C ends.
      terminal.type(`sh -c 'trap "stty size" WINCH; echo running $((40+2)); while :; do sleep 0.2; done'\r`);
      await terminal.until(/running 42/);
      terminal.resize(120, 40);
      await terminal.until(/\b40 120\b/);
      terminal.type('\x03');
      await terminal.until(/\^C[\s\S]*\/ # /);
      terminal.type('exit 3\r');
    });
    expect(output).toContain('exit 3');
    expect(code).toBe(3);
  });

  it('attach: stdin and stdout', async () => {
    const pod = await attachable(client);
    const input = randomBytes(100_000).toString('hex');
    const { code, stdout } = await run(client, ['attach', '-n', 'demo', pod, '-i', '-q'], { input: `${input}\n` });
    await run(client, ['delete', 'pod', '-n', 'demo', pod, '--wait=false']);
    expect(code).toBe(0);
    expect(sha256(stdout)).toBe(sha256(`${input}\n`));
  });

  it('attach -it: terminal', async () => {
    const word = `word-${randomBytes(4).toString('hex')}`;
    const args = ['attach', '-it', '-n', 'demo', 'shell', '-c', 'shell'];
    await inTerminal(client, args, async (terminal) => {
      terminal.type(`echo ${word.slice(0, 5)}''${word.slice(5)}\r`);
      await terminal.until(new RegExp(`\\b${word}\\b`));
      terminal.kill();
    });
  });
});

/** A pod that echoes its stdin and ends with it. */
async function attachable(client: Client): Promise<string> {
  const name = `attach-${randomBytes(4).toString('hex')}`;
  const container = {
    name: 'cat',
    image: 'localhost/busybox:1',
    imagePullPolicy: 'Never',
    command: ['cat'],
    stdin: true,
    stdinOnce: true,
  };
  const spec = { terminationGracePeriodSeconds: 0, restartPolicy: 'Never', containers: [container] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'demo' }, spec };
  const applied = await run(client, ['apply', '-f', '-'], { input: JSON.stringify(pod) });
  expect(applied.stderr).toBe('');
  const ready = await run(client, ['wait', '-n', 'demo', `pod/${name}`, '--for=condition=Ready', '--timeout=30s']);
  expect(ready.code).toBe(0);
  return name;
}

interface Terminal {
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Waits for output after the match of the last call. */
  until(pattern: RegExp): Promise<void>;
  kill(): void;
}

/** Runs a kubectl in a terminal of 101 × 33, as a person does. */
async function inTerminal(
  client: Client,
  args: string[],
  use: (terminal: Terminal) => Promise<void>,
): Promise<{ output: string; code: number }> {
  const [command = 'kubectl', ...prefix] = client.kubectl.command;
  const env = { ...environment(client), TERM: 'xterm' };
  const pty = spawnTerminal(command, [...prefix, ...args], { cols: 101, rows: 33, env });
  let output = '';
  let seen = 0;
  let notify = (): void => {};
  pty.onData((data) => {
    output += data;
    notify();
  });
  const ended = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)));
  const until = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${pattern} in:\n${output}`)), 20_000);
      notify = () => {
        const found = pattern.exec(output.slice(seen));
        if (!found) return;
        seen += found.index + found[0].length;
        clearTimeout(timer);
        resolve();
      };
      notify();
    });
  try {
    await use({
      type: (keys) => pty.write(keys),
      resize: (columns, rows) => pty.resize(columns, rows),
      until,
      kill: () => pty.kill('SIGKILL'),
    });
    return { code: await ended, output };
  } finally {
    pty.kill('SIGKILL');
  }
}
