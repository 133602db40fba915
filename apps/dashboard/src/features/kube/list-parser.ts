import { type ParseAnswer, type ParsedPage, type ParseOrder, parseListBytes } from './list-bytes.ts';

interface Waiting {
  order: ParseOrder;
  resolve: (page: ParsedPage<unknown>) => void;
  reject: (reason: unknown) => void;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | null | undefined;
let nextId = 1;

/**
 * Parses a list from the bytes of a response, in a worker if possible, because a thousand objects are megabytes of JSON. `T` is
 * the type of an item. @throws SyntaxError if they are not JSON.
 */
export async function parseList<T>(wanted: Omit<ParseOrder, 'id'>): Promise<ParsedPage<T>> {
  return (await parse(wanted)) as ParsedPage<T>;
}

function parse(wanted: Omit<ParseOrder, 'id'>): Promise<ParsedPage<unknown>> {
  worker ??= startWorker();
  if (worker === null) return Promise.resolve().then(() => parseListBytes(wanted));
  const order: ParseOrder = { ...wanted, id: nextId++ };
  const { promise, resolve, reject } = Promise.withResolvers<ParsedPage<unknown>>();
  // The bytes are copied, not transferred: if the worker fails to start, they are still needed here.
  waiting.set(order.id, { order, resolve, reject });
  worker.postMessage(order);
  return promise;
}

function startWorker(): Worker | null {
  if (typeof Worker === 'undefined') return null;
  try {
    const started = new Worker(new URL('./list-worker.ts', import.meta.url), { type: 'module' });
    started.addEventListener('message', ({ data }: MessageEvent<ParseAnswer>) => {
      const asked = waiting.get(data.id);
      waiting.delete(data.id);
      if ('page' in data) asked?.resolve(data.page);
      else asked?.reject(new SyntaxError(data.error));
    });
    started.addEventListener('error', () => {
      worker = null;
      for (const [id, { order, resolve, reject }] of waiting) {
        waiting.delete(id);
        Promise.resolve()
          .then(() => parseListBytes(order))
          .then(resolve, reject);
      }
    });
    return started;
  } catch {
    return null;
  }
}
