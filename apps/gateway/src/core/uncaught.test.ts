import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const uncaught = new URL('uncaught.ts', import.meta.url).href;

/** A process with a listener, and one connection open; `fault` is what goes wrong in it when it is told "now". */
function program(fault: string, { drainMs = 60_000, hangs = false } = {}): string {
  return `
    import { writeSync } from 'node:fs';
    import { createServer } from 'node:net';
    import { endOnUncaught } from ${JSON.stringify(uncaught)};
    const sockets = new Set();
    const server = createServer((socket) => { socket.write('taken'); sockets.add(socket); socket.on('close', () => sockets.delete(socket)).on('error', () => {}); });
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    const drain = async (ms) => {
      const closed = new Promise((done) => server.close(done));
      process.send({ draining: ms });
      await ${hangs ? 'new Promise(() => {})' : 'closed'};
    };
    const logger = { fatal: (fields, text) => writeSync(1, JSON.stringify({ ...fields, text }) + '\\n') };
    endOnUncaught({ logger, drain: () => ${drainMs === -1 ? 'undefined' : 'drain'}, drainMs: ${drainMs} });
    process.on('message', () => { ${fault} });
    process.send({ port: server.address().port });
  `;
}

interface Running {
  child: ChildProcess;
  port: number;
  ended: Promise<{
    code: number | null;
    lines: { text: string; uncaught: { message: string; stack?: string } }[];
    text: string;
  }>;
}

async function start(source: string): Promise<Running> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let [out, errors] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = once(child, 'close').then(([code]) => ({
    code,
    lines: out
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line)),
    text: out + errors,
  }));
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, port, ended };
}

const faults: [string, string][] = [
  ['an error thrown in a callback', "setImmediate(() => { throw new Error('boom'); })"],
  ['a promise nobody waits for', "Promise.reject(new Error('boom'))"],
  ['an error event nobody listens to', "new (process.getBuiltinModule('events'))().emit('error', new Error('boom'))"],
  ['something that is no error', "Promise.reject('boom')"],
  ['an error with itself for its cause', "const e = new Error('boom'); e.cause = e; throw e"],
];

it.each(faults)('ends the process in order after %s', async (_, fault) => {
  const running = await start(program(fault));
  const open = connect(running.port, '127.0.0.1').on('error', () => {});
  await once(open, 'data');
  running.child.send('now');
  // It drains: the open connection goes on, and no new one is taken.
  const [{ draining }] = (await once(running.child, 'message')) as [{ draining: number }];
  expect(draining).toBe(60_000);
  const late = connect(running.port, '127.0.0.1');
  const [refused] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(refused.code).toBe('ECONNREFUSED');
  expect(running.child.exitCode).toBeNull();
  open.end();
  const { code, lines } = await running.ended;
  expect(code).toBe(70);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.uncaught.message).toBe('boom');
  if (!fault.includes("reject('boom')")) expect(lines[0]?.uncaught.stack).toMatch(/Error: boom\n\s+at /);
});

it.each(faults)('ends the process at once when %s comes while it drains', async (_, fault) => {
  const running = await start(program(fault));
  const open = connect(running.port, '127.0.0.1').on('error', () => {});
  await once(open, 'data');
  running.child.send('now');
  await once(running.child, 'message');
  running.child.send('now');
  const { code, lines } = await running.ended;
  expect(code).toBe(70);
  expect(lines.map(({ text }) => text)).toEqual([
    'the gateway ends: an uncaught error',
    'the gateway ends at once: another uncaught error',
  ]);
});

it('ends at once where it is told to, as in tests, and before it serves', async () => {
  for (const drainMs of [0, -1]) {
    const running = await start(program("throw new Error('boom')", { drainMs }));
    const open = connect(running.port, '127.0.0.1').on('error', () => {});
    await once(open, 'data');
    running.child.send('now');
    expect((await running.ended).code).toBe(70);
  }
});

it('ends although the drain hangs', async () => {
  const running = await start(program("throw new Error('boom')", { drainMs: 10, hangs: true }));
  running.child.send('now');
  expect((await running.ended).code).toBe(70);
});

it('logs no secret that hangs on the error, in its message or its causes', async () => {
  const secret = 'postern_0123456789abcdef0123456789abcdef_CanaryCanary';
  const fault = `throw Object.assign(new Error('for Bearer ${secret}', { cause: new Error('at postgres://me:CanaryCanary@host/') }), { request: { headers: { authorization: 'CanaryCanary' } }, token: 'CanaryCanary' })`;
  const running = await start(program(fault, { drainMs: 0 }));
  running.child.send('now');
  const { text, lines } = await running.ended;
  expect(text).not.toContain('Canary');
  expect(lines[0]?.uncaught.message).toBe('for Bearer [secret]');
});
