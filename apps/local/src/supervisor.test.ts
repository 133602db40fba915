import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@postern/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Child, startChild, untilReady } from './child.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type RestartPolicy, restartPolicy, Supervisor, waitBefore } from './supervisor.ts';
import { UserError } from './user-error.ts';

let data: DataFolder;
let lines: string[];
beforeEach(async () => {
  data = await openDataFolder(await mkdtemp(join(tmpdir(), 'postern-supervisor-')));
  lines = [];
});
afterEach(() => rm(data.path, { recursive: true }));

const quick: RestartPolicy = { shortest: 2, longest: 10, healthy: 60_000, failedStarts: 3 };
const say = (sentence: string) => void lines.push(sentence);
const forEver = 'console.log("serving"); setInterval(() => {}, 1_000)';

/** Starts a program that is ready once it has printed "serving"; `script` may exit before. */
function start(script: string, again: boolean): Promise<Child> {
  let serving = () => {};
  const ready = new Promise<void>((resolve) => {
    serving = resolve;
  });
  const onLine = (line: string) => void (line === 'serving' && serving());
  const child = startChild(data, { name: 'program', args: ['-e', script], onLine, again });
  return untilReady(
    'The program',
    child,
    ready.then(() => child),
  );
}

async function supervise(restart: () => Promise<Child>, policy = quick, onBack?: () => Promise<void>) {
  const child = await start(forEver, false);
  return {
    child,
    supervisor: new Supervisor({ what: 'The program', child, restart, ...(onBack && { onBack }) }, { policy, say }),
  };
}

it('waits longer after each exit, up to 30 s, with jitter', () => {
  const waits = (random: number) => [1, 2, 3, 4, 5, 6, 40].map((ends) => waitBefore(ends, restartPolicy, () => random));
  expect(waits(1)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(waits(0)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

describe('a program that exits', () => {
  it.each([
    ['SIGKILL' as const, 'signal SIGKILL'],
    ['SIGTERM' as const, 'signal SIGTERM'],
  ])('is restarted after %s, with two messages', async (signal, how) => {
    let second: Child | undefined;
    let back = () => {};
    const isBack = new Promise<void>((resolve) => {
      back = resolve;
    });
    const restart = async () => {
      second = await start(forEver, true);
      return second;
    };
    const { child, supervisor } = await supervise(restart, quick, async () => back());
    child.process.kill(signal);
    await isBack;
    expect(lines[0]).toBe(`The program ended (${how}); see ${child.logFile}. It starts again in 0.0 s.`);
    expect(lines[1]).toBe('The program serves again.');
    // The log is appended to, so it still shows why the program exited.
    await until(async () => (await readFile(child.logFile, 'utf8')) === 'serving\nserving\n');
    await supervisor.stop(2_000);
    expect(second?.process.exitCode ?? second?.process.signalCode).not.toBeNull();
  });

  it('is given up with the end of its log when it no longer starts', async () => {
    let starts = 0;
    const { child, supervisor } = await supervise(() => {
      starts += 1;
      return start('console.error("Port 1 is taken"); process.exit(1)', true);
    });
    child.process.kill('SIGKILL');
    const problem: unknown = await supervisor.givenUp.catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(UserError);
    expect(String(problem)).toMatch(/was started again 3 times and did not come to serve\..*Port 1 is taken/s);
    expect(starts).toBe(3);
    // One line per delay.
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).not.toContain('\n');
    expect(lines[1]).toMatch(/did not start \(exit code 1\)\. See .*program\.log\. It starts again/);
    await supervisor.stop(2_000);
  });

  it('stays supervised after a restart that throws another error, and after an `onBack` that fails', async () => {
    let starts = 0;
    const restart = async () => {
      starts += 1;
      if (starts === 1) throw new TypeError('no descriptors left');
      return start(forEver, true);
    };
    const { child, supervisor } = await supervise(restart, quick, async () => {
      throw new Error('disk full');
    });
    child.process.kill('SIGKILL');
    await vi.waitFor(() => expect(lines.at(-1)).toBe('What follows a restart failed: disk full'), { timeout: 10_000 });
    expect(lines.join('\n')).toContain('no descriptors left');
    await supervisor.stop(2_000);
  });
});

describe('asked to restart', () => {
  const never: RestartPolicy = { shortest: Infinity, longest: Infinity, healthy: 60_000, failedStarts: Infinity };

  it('restarts the program at once, and only says that it serves again', async () => {
    const { child, supervisor } = await supervise(() => start(forEver, true), never);
    await supervisor.renew(2_000);
    expect(child.process.signalCode).toBe('SIGTERM');
    await until(() => lines.length > 0);
    expect(lines).toEqual(['The program serves again.']);
    await supervisor.stop(2_000);
  });

  it('retries a failed start, which would otherwise wait forever', async () => {
    const scripts = ['process.exit(1)', forEver];
    const { child, supervisor } = await supervise(() => start(scripts.shift() ?? '', true), never);
    await supervisor.renew(2_000);
    await until(() => lines.length > 0);
    expect(lines).toEqual([
      `The program did not start (exit code 1). See ${child.logFile}. It starts again when one of its files changes.`,
    ]);
    await supervisor.renew(2_000);
    await until(() => lines.length > 1);
    expect(lines[1]).toBe('The program serves again.');
    await supervisor.stop(2_000);
  });

  it('restarts a program again that became ready just before', async () => {
    let starts = 0;
    const restart = async () => {
      starts += 1;
      const started = await start(forEver, true);
      if (starts === 1) await supervisor.renew(2_000);
      return started;
    };
    const { supervisor } = await supervise(restart, never);
    await supervisor.renew(2_000);
    await until(() => lines.length > 0);
    expect({ starts, lines }).toEqual({ starts: 2, lines: ['The program serves again.'] });
    await supervisor.stop(2_000);
  });

  it('ends a start in progress, which would run the old sources', async () => {
    const starts: string[] = [];
    const restart = () => {
      starts.push(starts.length === 0 ? 'hangs' : 'serves');
      return start(starts.length === 1 ? 'setInterval(() => {}, 1_000)' : forEver, true);
    };
    const { supervisor } = await supervise(restart, never);
    await supervisor.renew(2_000);
    await until(() => starts.length === 1);
    await supervisor.renew(2_000);
    await until(() => lines.length > 0);
    expect({ starts, lines }).toEqual({ starts: ['hangs', 'serves'], lines: ['The program serves again.'] });
    await supervisor.stop(2_000);
  });
});

describe('asked to stop', () => {
  it('ends a wait at once and starts nothing more', async () => {
    let starts = 0;
    const restart = () => {
      starts += 1;
      return start(forEver, true);
    };
    const patient = { ...quick, shortest: 3_600_000, longest: 3_600_000 };
    const { child, supervisor } = await supervise(restart, patient);
    child.process.kill('SIGKILL');
    await vi.waitFor(() => expect(lines).toHaveLength(1), { timeout: 10_000 });
    await supervisor.stop(2_000);
    expect(starts).toBe(0);
  });

  it('ends a start in progress', async () => {
    let starting: Child | undefined;
    let begun = () => {};
    const isStarting = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const restart = () => {
      starting = startChild(data, { name: 'program', args: ['-e', 'setInterval(() => {}, 1_000)'], again: true });
      begun();
      return untilReady('The program', starting, new Promise<Child>(() => {}));
    };
    const { child, supervisor } = await supervise(restart);
    child.process.kill('SIGKILL');
    await isStarting;
    await supervisor.stop(2_000);
    expect(starting?.process.signalCode).toBe('SIGTERM');
  });

  it('ends a running program, without a message', async () => {
    const { child, supervisor } = await supervise(() => start(forEver, true));
    await supervisor.stop(2_000);
    expect(child.process.signalCode).toBe('SIGTERM');
    expect(lines).toEqual([]);
  });
});

it('treats a program that cannot be spawned as exited', async () => {
  const child = startChild(data, { name: 'program', args: [], cwd: '/nowhere/at/all' });
  expect(await child.ended).toBeNull();
  await child.stop(1_000);
  const holder = startChild(data, { name: 'other', args: ['-e', ''] });
  await once(holder.process, 'close');
  expect(await readFile(data.file('children.pids'), 'utf8')).toBe(`${holder.process.pid}\n`);
});
