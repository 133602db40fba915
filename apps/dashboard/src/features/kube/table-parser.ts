import { type ParseAnswer, type ParseOrder, parseTableBytes } from './table-bytes.ts';
import type { TablePage } from './table-rows.ts';

interface Waiting {
  bytes: ArrayBuffer;
  at: number;
  resolve: (page: TablePage) => void;
  reject: (reason: unknown) => void;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | null | undefined;
let nextId = 1;

/** Reads a Table out of an answer's bytes, in a worker where the browser has one: a thousand rows are megabytes of JSON. */
export function parseTable(bytes: ArrayBuffer, at: number): Promise<TablePage> {
  worker ??= startWorker();
  if (worker === null) return Promise.resolve().then(() => parseTableBytes(bytes, at));
  const id = nextId++;
  const order: ParseOrder = { id, bytes, at };
  const { promise, resolve, reject } = Promise.withResolvers<TablePage>();
  // The bytes are copied, not handed over: should the worker fail to start, they are still needed here.
  waiting.set(id, { bytes, at, resolve, reject });
  worker.postMessage(order);
  return promise;
}

function startWorker(): Worker | null {
  if (typeof Worker === 'undefined') return null;
  try {
    const started = new Worker(new URL('./table-worker.ts', import.meta.url), { type: 'module' });
    started.addEventListener('message', ({ data }: MessageEvent<ParseAnswer>) => {
      const order = waiting.get(data.id);
      waiting.delete(data.id);
      if ('page' in data) order?.resolve(data.page);
      else order?.reject(new SyntaxError(data.error));
    });
    started.addEventListener('error', () => {
      worker = null;
      for (const [id, { bytes, at, resolve, reject }] of waiting) {
        waiting.delete(id);
        Promise.resolve()
          .then(() => parseTableBytes(bytes, at))
          .then(resolve, reject);
      }
    });
    return started;
  } catch {
    return null;
  }
}
