import { StreamResetError } from '@postern/mux';
import { turns, useLeakCheck } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeExecStream, message } from '../test/fake-exec-stream.ts';
import { type Ending, failed } from './ending.ts';
import { Terminal, type TerminalOptions } from './terminal.ts';

useLeakCheck();

let stream: FakeExecStream;
let output: string[];
let ended: [Ending, { up: number; down: number }][];
const events = {
  onOutput: (data: Buffer) => void output.push(data.toString()),
  onEnded: (...how: [Ending, { up: number; down: number }]) => void ended.push(how),
};

beforeEach(() => {
  stream = new FakeExecStream();
  output = [];
  ended = [];
});
afterEach(async () => {
  stream.destroy();
  await turns();
});

function terminalOf(options: Partial<TerminalOptions> = {}): Terminal {
  return new Terminal({
    id: 't',
    container: 'app',
    shell: 'sh',
    stream,
    size: { columns: 80, rows: 24 },
    isPodRunning: async () => true,
    onError: (error) => expect.fail(String(error)),
    ...options,
  });
}

function started(options: Partial<TerminalOptions> = {}): Terminal {
  const terminal = terminalOf(options);
  terminal.start(events);
  return terminal;
}

const exitOf = (code: number): string =>
  JSON.stringify({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  });
const exited = (exitCode: number): Ending => ({
  code: 'exited',
  exitCode,
  message: `The shell ended with exit code ${exitCode}.`,
});
const noShell = expect.objectContaining({ code: 'no-shell', exitCode: null });
const podGone: Ending = { code: 'pod-gone', exitCode: null, message: 'The pod is gone, and the shell with it.' };
const closed: Ending = { code: 'closed', exitCode: null, message: 'Closed.' };

describe('how a terminal ended', () => {
  const isGone = { isPodRunning: async () => false };
  const isRunning = { isPodRunning: async () => true };
  const isUnknown = { isPodRunning: () => Promise.reject(new Error('unknown')) };
  const dialing = '{"status":"Failure","message":"error dialing backend"}';

  it.each<[string, string, Partial<TerminalOptions>, Ending]>([
    [
      'success, whatever became of the pod',
      '{"status":"Success"}',
      isGone,
      { code: 'exited', exitCode: 0, message: 'The shell has ended.' },
    ],
    ['an exit code, whatever became of the pod', exitOf(2), isGone, exited(2)],
    ['126 without output', exitOf(126), isRunning, noShell],
    ['127 without output', exitOf(127), isRunning, noShell],
    ['137 in a pod that runs', exitOf(137), isRunning, exited(137)],
    ['137 in a pod that is gone', exitOf(137), isGone, podGone],
    ['143 in a pod that runs', exitOf(143), isRunning, exited(143)],
    ['143 in a pod that is gone', exitOf(143), isGone, podGone],
    [
      'a failure in a pod that runs',
      dialing,
      isRunning,
      failed('The shell could not be started: error dialing backend'),
    ],
    ['a failure in a pod that is gone', dialing, isGone, podGone],
    [
      'a failure in a pod of which nothing is known',
      dialing,
      isUnknown,
      failed('The shell has ended; Postern could not find out how.'),
    ],
  ])('after %s', async (_, status, options, ending) => {
    started(options);
    stream.push(message(3, status));
    stream.push(null);
    await turns();
    expect(ended).toEqual([[ending, { up: 0, down: 0 }]]);
  });

  it('is the exit code if a shell that ended with 127 wrote something', async () => {
    started();
    stream.push(Buffer.concat([message(1, 'what?'), message(3, exitOf(127))]));
    stream.push(null);
    await turns();
    expect(ended).toEqual([[exited(127), { up: 0, down: 5 }]]);
  });

  const coded = (code: string): Error => Object.assign(new Error('broken'), { code });
  it.each<[string, Error | undefined, Ending]>([
    ['nothing at all', undefined, failed('The connection to the shell was lost.')],
    ['an error', coded('gone'), failed('The connection to the shell was lost: broken')],
    ['another error', coded('revoked'), failed('The connection to the shell was lost: broken')],
    [
      'a reset',
      new StreamResetError('idle', 'nothing moved', true),
      failed('The connection to the shell was lost: nothing moved'),
    ],
    [
      'the loss of the tunnel',
      new StreamResetError('gone', '', false),
      { code: 'agent-offline', exitCode: null, message: "The connection to the cluster's agent was lost." },
    ],
    [
      'the end of access',
      new StreamResetError('revoked', '', false),
      { code: 'revoked', exitCode: null, message: 'Your access has ended.' },
    ],
  ])('after %s', async (_, error, ending) => {
    started();
    stream.destroy(error);
    await turns();
    expect(ended).toEqual([[ending, { up: 0, down: 0 }]]);
  });

  it('is that the pod is gone if the connection broke together with it', async () => {
    started(isGone);
    stream.destroy(new Error('broken'));
    await turns();
    expect(ended).toEqual([[podGone, { up: 0, down: 0 }]]);
  });

  it('is reported as an error of ours if the listener throws', async () => {
    const onError = vi.fn();
    const error = new Error('listener failed');
    terminalOf({ onError }).start({
      ...events,
      onEnded: () => {
        throw error;
      },
    });
    stream.push(null);
    await turns();
    expect(onError.mock.calls).toEqual([[error]]);
  });
});

describe('a terminal', () => {
  it('passes on sizes, keystrokes and output, and counts the bytes', async () => {
    const terminal = started();
    expect(terminal).toMatchObject({ id: 't', container: 'app', shell: 'sh' });
    terminal.input(Buffer.from('ls'));
    stream.accept();
    terminal.input(Buffer.from('\r'));
    stream.accept();
    terminal.resize({ columns: 100, rows: 30 });
    stream.accept();
    stream.push(Buffer.concat([message(1, 'one'), message(1, 'two')]));
    await turns();
    terminal.end(closed);
    expect(stream.frames).toEqual([
      ['binary', 4, '{"Width":80,"Height":24}'],
      ['binary', 0, 'ls'],
      ['binary', 0, '\r'],
      ['binary', 4, '{"Width":100,"Height":30}'],
    ]);
    expect(output).toEqual(['one', 'two']);
    expect(ended).toEqual([[closed, { up: 3, down: 6 }]]);
  });

  it('reads nothing while it is held', () => {
    const terminal = started();
    terminal.hold();
    expect(stream.isPaused()).toBe(true);
    terminal.release();
    expect(stream.isPaused()).toBe(false);
  });

  it('ends if the cluster is more than 1 MiB behind', () => {
    const terminal = started();
    terminal.input(Buffer.alloc(1024 * 1024));
    expect(ended).toEqual([]);
    terminal.input(Buffer.from('x'));
    expect(ended).toEqual([[failed('The cluster cannot keep up with the input.'), { up: 1024 * 1024, down: 0 }]]);
  });

  it('has ended for good once we end it, whatever the cluster still sends', async () => {
    const isPodRunning = vi.fn(async () => true);
    const terminal = started({ isPodRunning });
    terminal.end(closed);
    terminal.end(failed('too late'));
    terminal.input(Buffer.from('x'));
    stream.accept();
    expect(stream.frames.slice(1)).toEqual([['close', 1000, '']]);
    stream.push(message(1, 'x'));
    stream.push(null);
    await turns();
    expect(output).toEqual([]);
    expect(ended).toEqual([[closed, { up: 0, down: 0 }]]);
    expect(isPodRunning).not.toHaveBeenCalled();
  });

  it('ends once if we end it while its pod is looked at', async () => {
    const pod = Promise.withResolvers<boolean>();
    const terminal = started({ isPodRunning: () => pod.promise });
    stream.push(null);
    await turns();
    expect(ended).toEqual([]);
    terminal.end(closed);
    pod.resolve(true);
    await turns();
    expect(ended).toEqual([[closed, { up: 0, down: 0 }]]);
  });

  it('reports when it starts that it has ended before', async () => {
    const terminal = terminalOf();
    terminal.end(closed);
    terminal.end(failed('too late'));
    expect(stream.destroyed).toBe(true);
    terminal.start(events);
    await turns();
    expect(ended).toEqual([[closed, { up: 0, down: 0 }]]);
    expect(stream.frames).toEqual([]);
  });

  it('sends nothing before it starts', () => {
    const terminal = terminalOf();
    terminal.input(Buffer.from('x'));
    terminal.resize({ columns: 100, rows: 30 });
    terminal.hold();
    terminal.release();
    terminal.start(events);
    stream.accept();
    expect(stream.frames).toEqual([['binary', 4, '{"Width":80,"Height":24}']]);
  });
});
