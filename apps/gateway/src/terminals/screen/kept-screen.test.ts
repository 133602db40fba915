import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshTerminal, play, ScreenViewer } from '../../test/screen-viewer.ts';
import { runs, type Step, script } from '../../test/terminal-script.ts';
import { stateOf } from '../../test/terminal-state.ts';
import { KeptScreen, type KeptScreenOptions } from './kept-screen.ts';

const scrollback = 100;

function screenOf(options: Partial<KeptScreenOptions> = {}): KeptScreen {
  return new KeptScreen({
    size: { columns: 40, rows: 10 },
    ring: { capacity: 512, block: 128 },
    scrollback: 500,
    onError: (error) => {
      throw error;
    },
    ...options,
  });
}

/** Feeds a step in chunks of any size; characters and sequences may be split. */
function feed(screen: KeptScreen, step: Step, chunks: () => number): void {
  if (typeof step !== 'string') {
    screen.resize(step);
    return;
  }
  const bytes = Buffer.from(step);
  for (let at = 0; at < bytes.byteLength; ) {
    const end = at + chunks();
    screen.append(bytes.subarray(at, end));
    at = end;
  }
}

function oneSizeAtATime(steps: Step[]): Step[] {
  const noticed = steps.filter((step) => step !== '');
  return noticed.filter((step, index) => typeof step === 'string' || typeof noticed[index + 1] !== 'object');
}

describe('a kept screen', () => {
  it('is at any time what an uncut terminal shows, and stays so', { timeout: 3_600_000 }, async () => {
    const scripts = fc.array(script, { minLength: 1, maxLength: 4 }).map((all) => oneSizeAtATime(all.flat()));
    await fc.assert(
      fc.asyncProperty(
        scripts,
        fc.infiniteStream(fc.integer({ min: 1, max: 200 })),
        fc.nat(),
        async (steps, random, at) => {
          const chunks = (): number => random.next().value;
          const screen = screenOf();
          const cut = at % (steps.length + 1);
          for (const step of steps.slice(0, cut)) feed(screen, step, chunks);

          const viewer = new ScreenViewer(screen);
          await viewer.attach();
          const whole = freshTerminal();
          await play(whole, steps.slice(0, cut));
          expect(stateOf(viewer.terminal, scrollback)).toEqual(stateOf(whole, scrollback));

          for (const step of steps.slice(cut)) {
            feed(screen, step, chunks);
            await viewer.follow(chunks());
          }
          await play(whole, steps.slice(cut));
          expect(stateOf(viewer.terminal, scrollback)).toEqual(stateOf(whole, scrollback));
          screen.dispose();
        },
      ),
      runs(25),
    );
  });

  it('moves a viewer to its end, who then sees what a new viewer sees', {
    timeout: 3_600_000,
  }, async () => {
    const scripts = fc.array(script, { minLength: 1, maxLength: 3 }).map((all) => oneSizeAtATime(all.flat()));
    await fc.assert(
      fc.asyncProperty(scripts, scripts, scripts, fc.nat({ max: 500 }), async (seen, skipped, rest, sent) => {
        const screen = screenOf({ ring: { capacity: 200_000, block: 1024 } });
        const viewer = new ScreenViewer(screen);
        for (const step of seen) feed(screen, step, () => 50);
        await viewer.follow(10, sent);
        for (let to = screen.to; screen.to < to + 150_000; ) for (const step of skipped) feed(screen, step, () => 5000);

        const skip = await screen.skip(viewer.position);
        expect(skip?.skipped).toBeGreaterThan(128 * 1024);
        if (skip) await viewer.skip(skip);
        // A larger size would show the ends of two scrollbacks, and only one of them has what was skipped.
        for (const step of rest) if (typeof step === 'string') feed(screen, step, () => 50);
        await viewer.follow();

        const fresh = new ScreenViewer(screen);
        await fresh.attach();
        expect(stateOf(viewer.terminal, 0)).toEqual(stateOf(fresh.terminal, 0));
        screen.dispose();
      }),
      runs(3),
    );
  });

  it('needs no snapshot before any output has left the ring, and only the rest for a viewer who was there', async () => {
    const screen = screenOf();
    const viewer = new ScreenViewer(screen);
    screen.append(Buffer.from('one'));
    await viewer.follow();
    screen.append(Buffer.from(' two'));
    expect(screen.holds(viewer.position)).toBe(true);
    expect(screen.read(viewer.position)?.data.toString()).toBe(' two');
    expect(await screen.replay()).toMatchObject({ snapshot: '', position: 0, to: 7, size: { columns: 40, rows: 10 } });
    expect(screen.bytes).toBe(128);
  });

  it('misses and doubles nothing while output goes on', async () => {
    const screen = screenOf();
    const whole = freshTerminal();
    const lines = Array.from({ length: 2000 }, (_, line) => `line ${line} \x1b[3${line % 8}m\r\n`);
    const viewers: ScreenViewer[] = [];
    const attached: Promise<void>[] = [];
    for (const [index, line] of lines.entries()) {
      screen.append(Buffer.from(line));
      if (index % 400 !== 399) continue;
      const viewer = new ScreenViewer(screen);
      viewers.push(viewer);
      attached.push(screen.replay().then((replay) => viewer.draw(replay)));
    }
    await Promise.all(attached);
    await play(whole, lines);
    for (const viewer of viewers) {
      // Whoever was overtaken begins anew.
      if (screen.holds(viewer.position)) await viewer.follow();
      else await viewer.attach();
      expect(stateOf(viewer.terminal, scrollback)).toEqual(stateOf(whole, scrollback));
    }
    expect(screen.from).toBeGreaterThan(screen.to - 1024);
  });

  it('says when output comes faster than it can be drawn, and when it has caught up', async () => {
    const told: boolean[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const screen = screenOf({
      ring: {},
      onCongested: (isCongested) => {
        told.push(isCongested);
        if (!isCongested) resolve();
      },
    });
    for (let round = 0; round < 40; round++) screen.append(Buffer.alloc(32 * 1024, 'yes\r\n'));
    expect(told).toEqual([]);
    for (let round = 0; round < 40; round++) screen.append(Buffer.alloc(32 * 1024, 'yes\r\n'));
    expect(told).toEqual([true]);
    await promise;
    expect(told).toEqual([true, false]);
  });

  it('goes on in the middle of a string that is longer than the ring', async () => {
    const screen = screenOf();
    for (let round = 0; round < 100; round++)
      screen.append(Buffer.from(round === 0 ? 'before\r\n\x1b]52;c;' : 'x'.repeat(100)));
    screen.append(Buffer.from('x\x07after'));
    const viewer = new ScreenViewer(screen);
    await viewer.attach();
    const shown = [0, 1].map((row) => viewer.terminal.buffer.active.getLine(row)?.translateToString(true));
    expect(shown).toEqual(['before', 'after']);
  });

  it('keeps no more sizes than it must', async () => {
    const screen = screenOf({ ring: { capacity: 64 * 1024 } });
    const viewer = new ScreenViewer(screen);
    for (let round = 0; round < 5000; round++) {
      screen.resize({ columns: 20 + (round % 30), rows: 10 });
      screen.append(Buffer.from('x'));
      if (round % 1000 === 999) await screen.replay();
    }
    const { pieces } = await screen.replay();
    expect(pieces.length).toBeLessThanOrEqual(1001);
    await viewer.attach();
    expect([viewer.terminal.cols, viewer.position]).toEqual([screen.size.columns, 5000]);
  });

  it('skips nothing that fits in a window', async () => {
    const screen = screenOf({ ring: {} });
    screen.append(Buffer.alloc(128 * 1024, 'x'));
    expect(await screen.skip(0)).toBeUndefined();
    screen.append(Buffer.from('\r\n\r\n'));
    expect(await screen.skip(0)).toMatchObject({ skipped: 128 * 1024 + 4, to: 128 * 1024 + 4 });
    expect(await screen.skip(100)).toBeUndefined();
  });

  it('shows in the scrollback what was left out', async () => {
    const screen = screenOf({ ring: {} });
    const viewer = new ScreenViewer(screen);
    screen.append(Buffer.from('$ yes\r\n'));
    await viewer.follow();
    screen.append(Buffer.alloc(399_999, 'y\r\n'));
    screen.append(Buffer.from('^C\r\n$ '));
    const skip = await screen.skip(viewer.position);
    if (skip) await viewer.skip(skip);
    const { active } = viewer.terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true));
    expect(lines.filter(Boolean)).toEqual([
      '$ yes',
      '── 400 kB of output skipped ──',
      ...Array(8).fill('y'),
      '^C',
      '$',
    ]);
  });

  it('rejects once it is disposed, also who was waiting', async () => {
    const screen = screenOf();
    screen.append(Buffer.alloc(100_000, 'x\r\n'));
    const waiting = screen.replay();
    screen.dispose();
    await expect(waiting).rejects.toThrow('no longer kept');
    await expect(screen.replay()).rejects.toThrow('no longer kept');
  });
});
