/// <reference lib="dom" />
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';
import { signUp } from './steps.ts';

const url = inject('url');
const RATE = 20_000;
const SECONDS = 10;
/** The pods of the deployment whose log is read. */
const PODS = 3;
const PER_POD = Math.ceil(RATE / PODS);
let browser: Browser;
let page: Page;
let home: string;

beforeAll(async () => {
  browser = await launch(['--enable-precise-memory-info']);
  page = await openPage(browser);
  page.setDefaultTimeout(60_000);
  home = await signUp(page, { url, organization: 'Fast writers' });
});
afterAll(() => browser.close());

declare global {
  interface Window {
    /** What was measured while the page received lines. */
    measured: { heap: number; frames: number; written: number; startedAt: number; endedAt: number };
  }
}

/** Replaces the logs of pods, in the page, by ones that write fast; everything else is as always. */
function writeFast({ perPod, seconds }: { perPod: number; seconds: number }): void {
  const measured = { heap: 0, frames: 0, written: 0, startedAt: 0, endedAt: 0 };
  window.measured = measured;
  const isMeasuring = () => measured.startedAt > 0 && measured.endedAt === 0;
  const frame = () => {
    if (isMeasuring()) measured.frames++;
    const { memory } = performance as unknown as { memory: { usedJSHeapSize: number } };
    measured.heap = Math.max(measured.heap, memory.usedJSHeapSize);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const levels = ['info', 'info', 'info', 'info', 'warn', 'error'];
  const encoder = new TextEncoder();
  const { fetch } = window;
  let open = 0;
  window.fetch = async (input, init) => {
    if (!/\/pods\/[^/]+\/log\?/.test(String(input))) return await fetch(input, init);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const start = performance.now();
        open++;
        if (measured.startedAt === 0) measured.startedAt = start;
        const timer = setInterval(() => {
          const due = Math.min(perPod * seconds, Math.floor(((performance.now() - start) / 1000) * perPod));
          if (due <= sent) return;
          const second = new Date().toISOString().slice(0, 20);
          const lines: string[] = [];
          for (; sent < due; sent++) {
            const fraction = String(Math.floor((performance.now() % 1000) * 1e6)).padStart(9, '0');
            const level = levels[sent % levels.length];
            lines.push(
              `${second}${fraction}Z {"level":"${level}","msg":"request completed","order":"A-${sent}","path":"/api/orders/${sent}","durationMs":${sent % 97}}`,
            );
          }
          measured.written += lines.length;
          controller.enqueue(encoder.encode(`${lines.join('\n')}\n`));
          if (sent < perPod * seconds) return;
          clearInterval(timer);
          open--;
          // The stream stays open, as that of a container that has become quiet.
          if (open === 0) measured.endedAt = performance.now();
        }, 10);
        init?.signal?.addEventListener('abort', () => clearInterval(timer));
      },
    });
    return new Response(body, { status: 200 });
  };
}

it(`shows ${RATE.toLocaleString('en')} lines a second without freezing, in bounded memory`, async () => {
  await page.addInitScript(writeFast, { perPod: PER_POD, seconds: SECONDS });
  await page.goto(`${home}/clusters/demo/r/deployments.apps/shop/frontend`);
  const protocol = await page.context().newCDPSession(page);
  const heap = async () => {
    await protocol.send('HeapProfiler.collectGarbage');
    const { usedSize } = await protocol.send('Runtime.getHeapUsage');
    return usedSize / 1024 / 1024;
  };
  const before = await heap();
  await page.getByRole('button', { name: 'Logs', exact: true }).click();
  const dock = page.getByRole('region', { name: 'Dock' });
  const lines = dock.getByRole('region', { name: 'Log lines' });
  await lines.getByText('request completed').first().waitFor();

  await browser.startTracing(page, { categories: ['toplevel'] });
  // People read meanwhile.
  const search = dock.getByRole('searchbox', { name: 'Search in the log' });
  const severity = dock.getByRole('combobox', { name: 'Severity' });
  const filter = dock.getByRole('searchbox', { name: 'Filter lines' });
  let rounds = 0;
  for (; await page.evaluate(() => window.measured.endedAt === 0); rounds++) {
    await search.fill('A-77');
    await severity.selectOption('Errors');
    await filter.fill('durationMs=13');
    await filter.fill('');
    await severity.selectOption('All levels');
    await search.fill('');
  }
  const tasks = cpuOfTasks(await browser.stopTracing());
  // Searching has left the end.
  await lines.focus();
  await page.keyboard.press('End');
  await lines
    .getByText(`"order":"A-${PER_POD * SECONDS - 1}"`)
    .first()
    .waitFor();
  await dock.getByText(/^[\d,]+ older lines were dropped: a log keeps 32 MiB of lines here\.$/).waitFor();
  const { frames, written, startedAt, endedAt, heap: highest } = await page.evaluate(() => window.measured);
  const after = await heap();
  const seconds = (endedAt - startedAt) / 1000;
  const longest = tasks.reduce((most, task) => Math.max(most, task), 0);
  const long = tasks.filter((task) => task > 100).length;
  const cpu = tasks.reduce((sum, task) => sum + task, 0) / 1000;
  console.info(
    [
      `${written.toLocaleString('en')} lines in ${seconds.toFixed(1)} s, filtered and searched ${rounds} times`,
      `${(frames / seconds).toFixed(0)} frames/s`,
      `${cpu.toFixed(1)} s of CPU time, ${long} tasks above 100 ms, the longest ${longest.toFixed(0)} ms`,
      `heap: ${before.toFixed(0)} MiB before, ${(highest / 1024 / 1024).toFixed(0)} at most, ${after.toFixed(0)} after`,
    ].join('; '),
  );
  expect(written).toBe(PER_POD * PODS * SECONDS);
  expect(tasks.length).toBeGreaterThan(100);
  expect(long).toBe(0);
  expect(after - before).toBeLessThan(64);
}, 180_000);

/**
 * The CPU time of each task of the page's main thread, in milliseconds. Unlike its duration, that does not depend on what else the
 * machine is doing.
 */
function cpuOfTasks(trace: Buffer): number[] {
  interface TraceEvent {
    name: string;
    pid: number;
    tid: number;
    /** In microseconds. */
    tdur?: number;
    args?: { name?: string };
  }
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args?.name === 'CrRendererMain';
  const main = new Set(traceEvents.filter(isMain).map(threadOf));
  return traceEvents.flatMap((event) =>
    event.name.endsWith('RunTask') && main.has(threadOf(event)) ? (event.tdur ?? 0) / 1000 : [],
  );
}
