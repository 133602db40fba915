import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const uncaught = new URL('uncaught.ts', import.meta.url).href;

/** The source of a process with a TCP listener, which executes `fault` when it receives a message. */
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
  ['an unhandled rejection', "Promise.reject(new Error('boom'))"],
  ['an unhandled error event', "new (process.getBuiltinModule('events'))().emit('error', new Error('boom'))"],
  ['a rejection with a string', "Promise.reject('boom')"],
  ['an error that is its own cause', "const e = new Error('boom'); e.cause = e; throw e"],
];

it.each(faults)('drains and ends the process after %s', async (_, fault) => {
  const running = await start(program(fault));
  const open = connect(running.port, '127.0.0.1').on('error', () => {});
  await once(open, 'data');
  running.child.send('now');
  // It drains: the open connection stays open, and new ones are refused.
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

it.each(faults)('ends the process at once after %s while it drains', async (_, fault) => {
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

it('ends at once if the drain time is 0, and before it serves', async () => {
  for (const drainMs of [0, -1]) {
    const running = await start(program("throw new Error('boom')", { drainMs }));
    const open = connect(running.port, '127.0.0.1').on('error', () => {});
    await once(open, 'data');
    running.child.send('now');
    expect((await running.ended).code).toBe(70);
  }
});

it('ends even if the drain hangs', async () => {
  const running = await start(program("throw new Error('boom')", { drainMs: 10, hangs: true }));
  running.child.send('now');
  expect((await running.ended).code).toBe(70);
});

it('logs no secret in the properties, message or causes of the error', async () => {
  const secret = 'postern_0123456789abcdef0123456789abcdef_CanaryCanary';
  const fault = `throw Object.assign(new Error('for Bearer ${secret}', { cause: new Error('at postgres://me:CanaryCanary@host/') }), { request: { headers: { authorization: 'CanaryCanary' } }, token: 'CanaryCanary' })`;
  const running = await start(program(fault, { drainMs: 0 }));
  running.child.send('now');
  const { text, lines } = await running.ended;
  expect(text).not.toContain('Canary');
  expect(lines[0]?.uncaught.message).toBe('for Bearer [secret]');
});
