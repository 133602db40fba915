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
let said: string[];
beforeEach(async () => {
  data = await openDataFolder(await mkdtemp(join(tmpdir(), 'postern-supervisor-')));
  said = [];
});
afterEach(() => rm(data.path, { recursive: true }));

const quick: RestartPolicy = { shortest: 2, longest: 10, healthy: 60_000, failedStarts: 3 };
const say = (sentence: string) => void said.push(sentence);
const forEver = 'console.log("serving"); setInterval(() => {}, 1_000)';

/** A program that says on a line that it serves; `script` may end before. */
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

it('waits longer with each end, up to half a minute, and never as long as its neighbour', () => {
  const waits = (random: number) => [1, 2, 3, 4, 5, 6, 40].map((ends) => waitBefore(ends, restartPolicy, () => random));
  expect(waits(1)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(waits(0)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

describe('a program that ends by itself', () => {
  it.each([
    ['SIGKILL' as const, 'signal SIGKILL'],
    ['SIGTERM' as const, 'signal SIGTERM'],
  ])('is started again after %s, and the terminal is told twice', async (signal, how) => {
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
    expect(said[0]).toBe(`The program ended (${how}); see ${child.logFile}. It starts again in 0.0 s.`);
    expect(said[1]).toBe('The program serves again.');
    // The reason of its end is not wiped away by its successor.
    expect(await readFile(child.logFile, 'utf8')).toBe('serving\nserving\n');
    await supervisor.stop(2_000);
    expect(second?.process.exitCode ?? second?.process.signalCode).not.toBeNull();
  });

  it('is given up with the end of its log when it does not come to serve any more', async () => {
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
    // Each wait is one line.
    expect(said).toHaveLength(3);
    for (const line of said) expect(line).not.toContain('\n');
    expect(said[1]).toMatch(/did not start \(exit code 1\)\. See .*program\.log\. It starts again/);
    await supervisor.stop(2_000);
  });

  it('goes on after a restart that throws something else, and after a follow-up that fails', async () => {
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
    await vi.waitFor(() => expect(said.at(-1)).toBe('What follows a restart failed: disk full'), { timeout: 10_000 });
    expect(said.join('\n')).toContain('no descriptors left');
    await supervisor.stop(2_000);
  });
});

describe('asked to start again', () => {
  const never: RestartPolicy = { shortest: Infinity, longest: Infinity, healthy: 60_000, failedStarts: Infinity };

  it('ends the program and starts it at once, and says only that it serves', async () => {
    const { child, supervisor } = await supervise(() => start(forEver, true), never);
    await supervisor.renew(2_000);
    expect(child.process.signalCode).toBe('SIGTERM');
    await until(() => said.length > 0);
    expect(said).toEqual(['The program serves again.']);
    await supervisor.stop(2_000);
  });

  it('ends the wait of a program that does not start, and that waits for nothing else', async () => {
    const scripts = ['process.exit(1)', forEver];
    const { child, supervisor } = await supervise(() => start(scripts.shift() ?? '', true), never);
    await supervisor.renew(2_000);
    await until(() => said.length > 0);
    expect(said).toEqual([
      `The program did not start (exit code 1). See ${child.logFile}. It starts again when one of its files changes.`,
    ]);
    await supervisor.renew(2_000);
    await until(() => said.length > 1);
    expect(said[1]).toBe('The program serves again.');
    await supervisor.stop(2_000);
  });

  it('ends a start that is under way, which runs what was before', async () => {
    const starts: string[] = [];
    const restart = () => {
      starts.push(starts.length === 0 ? 'hangs' : 'serves');
      return start(starts.length === 1 ? 'setInterval(() => {}, 1_000)' : forEver, true);
    };
    const { supervisor } = await supervise(restart, never);
    await supervisor.renew(2_000);
    await until(() => starts.length === 1);
    await supervisor.renew(2_000);
    await until(() => said.length > 0);
    expect({ starts, said }).toEqual({ starts: ['hangs', 'serves'], said: ['The program serves again.'] });
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
    await vi.waitFor(() => expect(said).toHaveLength(1));
    await supervisor.stop(2_000);
    expect(starts).toBe(0);
  });

  it('ends a start that is under way', async () => {
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

  it('ends a program that serves, and says nothing', async () => {
    const { child, supervisor } = await supervise(() => start(forEver, true));
    await supervisor.stop(2_000);
    expect(child.process.signalCode).toBe('SIGTERM');
    expect(said).toEqual([]);
  });
});

it('takes a program that cannot be started for one that ended', async () => {
  const child = startChild(data, { name: 'program', args: [], cwd: '/nowhere/at/all' });
  expect(await child.ended).toBeNull();
  await child.stop(1_000);
  const holder = startChild(data, { name: 'other', args: ['-e', ''] });
  await once(holder.process, 'close');
  expect(await readFile(data.file('children.pids'), 'utf8')).toBe(`${holder.process.pid}\n`);
});
