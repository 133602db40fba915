import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Emulator, startEmulator } from '../emulator.ts';
import { ask } from '../test/client.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

const POD = '/api/v1/namespaces/shop/pods/postgres-0';

function dial(query: string, protocols = ['v5.channel.k8s.io']): WebSocket {
  const url = `${emulator.url.replace('https', 'wss')}${POD}/exec?${query}`;
  return new WebSocket(url, protocols, { ca: emulator.caPem, headers: { authorization: `Bearer ${emulator.token}` } });
}

const command = (...words: string[]) => words.map((word) => `command=${encodeURIComponent(word)}`).join('&');

/** Runs a command to its end. */
async function run(
  query: string,
): Promise<{ stdout: string; stderr: string; status: { status: string; message?: string } }> {
  const socket = dial(query);
  const output = ['', '', '', ''];
  socket.on('message', (message: Buffer) => {
    output[message[0] ?? 0] += message.subarray(1).toString();
  });
  await once(socket, 'close');
  return { stdout: output[1] ?? '', stderr: output[2] ?? '', status: JSON.parse(output[3] ?? '') };
}

it('keeps stdout and stderr separate, and reports how the command ended', async () => {
  const result = await run(`${command('sh', '-c', 'echo out; echo err >&2; exit 7')}&stdout=true&stderr=true`);
  expect(result).toMatchObject({
    stdout: 'out\n',
    stderr: 'err\n',
    status: {
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '7' }] },
    },
  });
});

it('gives a process no environment of the emulator and no privileges', async () => {
  process.env['EMULATOR_TEST_SECRET'] = 'hidden';
  const { stdout } = await run(`${command('sh', '-c', 'env; id -u; pwd; echo $HOME')}&stdout=true`);
  delete process.env['EMULATOR_TEST_SECRET'];
  expect(stdout).not.toContain('hidden');
  expect(stdout).toContain('HOSTNAME=postgres-0');
  const [uid, folder, home] = stdout.trim().split('\n').slice(-3);
  expect(uid).not.toBe('0');
  expect(folder).toBe(home);
});

it('reports that a program is missing', async () => {
  const { status } = await run(`${command('no-such-program')}&stdout=true`);
  expect(status.message).toContain('executable file not found in $PATH');
});

it('ends input when the client does', async () => {
  const socket = dial(`${command('cat')}&stdin=true&stdout=true`);
  await once(socket, 'open');
  socket.send(Buffer.concat([Buffer.of(0), Buffer.from('to and fro')]));
  socket.send(Buffer.of(255, 0));
  let stdout = '';
  socket.on('message', (message: Buffer) => {
    if (message[0] === 1) stdout += message.subarray(1).toString();
  });
  await once(socket, 'close');
  expect(stdout).toBe('to and fro');
});

it('sets and changes the size of a terminal', async () => {
  const socket = dial(`${command('sh', '-c', 'read a; stty size; read b; stty size')}&stdin=true&stdout=true&tty=true`);
  await once(socket, 'open');
  let stdout = '';
  socket.on('message', (message: Buffer) => {
    if (message[0] === 1) stdout += message.subarray(1).toString();
  });
  const resize = (Width: number, Height: number) => {
    socket.send(Buffer.concat([Buffer.of(4), Buffer.from(JSON.stringify({ Width, Height }))]));
    socket.send(Buffer.concat([Buffer.of(0), Buffer.from('\n')]));
  };
  resize(123, 45);
  await expect.poll(() => stdout).toContain('45 123');
  resize(67, 8);
  await once(socket, 'close');
  expect(stdout).toContain('8 67');
});

it.runIf(process.platform === 'linux')(
  'holds a program back while its client does not read, and ends it with the client',
  async () => {
    const word = `held-back-${process.pid}`;
    const socket = dial(`${command('yes', word)}&stdout=true`);
    // Found by its arguments, because its pid inside the sandbox is another.
    const find = () =>
      readdirSync('/proc').find((name) => /^\d+$/.test(name) && argumentsOf(name).join(' ') === `yes ${word}`);
    await expect.poll(find).toBeDefined();
    const pid = find();
    await once(socket, 'message');
    socket.pause();
    const written = () => Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
    let last = -1;
    const isStill = () => {
      const [before, now] = [last, written()];
      last = now;
      return before === now;
    };
    await expect.poll(isStill).toBe(true);
    expect(last).toBeLessThan(64 * 1024 * 1024);
    socket.terminate();
    await expect.poll(find).toBeUndefined();
  },
);

function argumentsOf(pid: string): string[] {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return words.map((word) => word.replace(/^.*\//, ''));
  } catch {
    return [];
  }
}

it.runIf(process.platform === 'linux')('ends everything started in a terminal when the terminal ends', async () => {
  const seconds = 1_000_000 + process.pid;
  const script = `set -m; sleep ${seconds} & setsid sleep ${seconds} & read x`;
  const socket = dial(`${command('sh', '-c', script)}&stdin=true&stdout=true&tty=true`);
  // Found by their arguments, which zombies do not have.
  const alive = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isSleeping(name));
  const isSleeping = (pid: string) => {
    const file = `/proc/${pid}/cmdline`;
    return existsSync(file) && readFileSync(file, 'utf8').endsWith(`sleep\0${seconds}\0`);
  };
  await expect.poll(alive).toHaveLength(2);
  socket.terminate();
  await expect.poll(alive).toEqual([]);
});

it('ends a program in a terminal on Ctrl-C, and does not hang after Ctrl-Z', async () => {
  const socket = dial(`${command('sh', '-c', 'echo begun; exec cat')}&stdin=true&stdout=true&tty=true`);
  await once(socket, 'open');
  let [stdout, status] = ['', ''];
  socket.on('message', (message: Buffer) => {
    if (message[0] === 1) stdout += message.subarray(1).toString();
    if (message[0] === 3) status += message.subarray(1).toString();
  });
  const type = (text: string) => socket.send(Buffer.concat([Buffer.of(0), Buffer.from(text)]));
  await expect.poll(() => stdout).toContain('begun');
  type('\x1a');
  await expect.poll(() => stdout).toContain('^Z');
  type('said\n');
  await expect.poll(() => stdout).toMatch(/said\r?\nsaid/);
  type('\x03');
  await once(socket, 'close');
  expect(JSON.parse(status).details.causes).toEqual([{ reason: 'ExitCode', message: '130' }]);
});

it.each(['sh', 'bash'])('has a %s with working Ctrl-C, Ctrl-Z and jobs', async (shell) => {
  const socket = dial(`${command(shell)}&stdin=true&stdout=true&tty=true`);
  await once(socket, 'open');
  let stdout = '';
  socket.on('message', (message: Buffer) => {
    if (message[0] === 1) stdout += message.subarray(1).toString();
  });
  const type = (text: string) => socket.send(Buffer.concat([Buffer.of(0), Buffer.from(text)]));
  // The terminal echoes what is typed, but not the results computed here.
  type('sh -c "echo begun-\\$((1 + 1)); exec sleep 1000"\n');
  await expect.poll(() => stdout).toMatch(/begun-2\r?\n/);
  type('\x03');
  type('echo cut-$?; sh -c "echo again-\\$((2 + 1)); exec sleep 1000"\n');
  await expect.poll(() => stdout).toMatch(/cut-130\r?\n[\s\S]*again-3\r?\n/);
  type('\x1a');
  await expect.poll(() => stdout).toMatch(/Stopped/);
  type('kill %1; fg; echo over-$((3 + 1)); exit 5\n');
  let status = '';
  socket.on('message', (message: Buffer) => {
    if (message[0] === 3) status += message.subarray(1).toString();
  });
  await once(socket, 'close');
  expect(JSON.parse(status).details.causes).toEqual([{ reason: 'ExitCode', message: '5' }]);
  expect(stdout).toMatch(/over-4\r?\n/);
  expect(stdout).not.toMatch(/job control|cannot set/i);
});

it('refuses wrong containers and protocols, missing parameters, and requests without an upgrade', async () => {
  const refusals: [string, string[], number][] = [
    [`${command('ls')}&stdout=true&container=nope`, ['v5.channel.k8s.io'], 400],
    [`${command('ls')}&stdout=true`, ['channel.k8s.io'], 400],
    ['stdout=true', ['v5.channel.k8s.io'], 400],
    [command('ls'), ['v5.channel.k8s.io'], 400],
  ];
  for (const [query, protocols, code] of refusals) {
    const [, response] = await once(
      dial(query, protocols).on('error', () => {}),
      'unexpected-response',
    );
    expect(response.statusCode, query).toBe(code);
  }
  expect((await ask(emulator, `${POD}/exec?${command('ls')}&stdout=true`)).json.message).toContain('unable to upgrade');
});

it('runs nothing when shells are off', async () => {
  const without = await startEmulator({ shell: 'off' });
  const url = `${without.url.replace('https', 'wss')}${POD}/exec?${command('ls')}&stdout=true`;
  const headers = { authorization: `Bearer ${without.token}` };
  const socket = new WebSocket(url, ['v5.channel.k8s.io'], { ca: without.caPem, headers });
  const messages: Buffer[] = [];
  socket.on('message', (message: Buffer) => messages.push(message));
  await once(socket, 'close');
  await without.close();
  const status = JSON.parse(
    messages
      .find((message) => message[0] === 3)
      ?.subarray(1)
      .toString() ?? '{}',
  );
  expect(status).toMatchObject({ status: 'Failure', code: 403 });
});
