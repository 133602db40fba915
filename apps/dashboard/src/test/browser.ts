// What jsdom lacks of a browser, for tests that render. Import this before anything that draws.
import { afterEach, vi } from 'vitest';

declare global {
  var jsdom: { reconfigure: (settings: { url: string }) => void };
}

// Node's fetch knows no page that an address could be relative to.
const send = globalThis.fetch;
vi.stubGlobal('fetch', (input: string, init?: RequestInit) => send(new URL(input, window.location.href), init));

/** Media queries that hold. */
const holding = new Set<string>();
const queries = new Set<MediaQuery>();

class MediaQuery extends EventTarget {
  readonly media: string;
  constructor(media: string) {
    super();
    this.media = media;
  }
  get matches(): boolean {
    return holding.has(this.media);
  }
  /** As the emulator of terminals still calls it. */
  addListener(listener: () => void): void {
    this.addEventListener('change', listener);
  }
  removeListener(listener: () => void): void {
    this.removeEventListener('change', listener);
  }
}

vi.stubGlobal('matchMedia', (media: string) => {
  const query = new MediaQuery(media);
  queries.add(query);
  return query;
});

/** Makes a media query hold, or no longer, and tells all who listen. */
export function setMedia(media: string, holds: boolean): void {
  if (holds) holding.add(media);
  else holding.delete(media);
  for (const query of queries) if (query.media === media) query.dispatchEvent(new Event('change'));
}

/** Nothing is laid out here: every element has this size (pixels). */
const SIZE = { width: 800, height: 400 };

for (const [property, value] of Object.entries({
  clientWidth: SIZE.width,
  clientHeight: SIZE.height,
  offsetWidth: SIZE.width,
  offsetHeight: SIZE.height,
})) {
  Object.defineProperty(HTMLElement.prototype, property, { configurable: true, get: () => value });
}

/** Tells of every element once, for none ever changes its size. */
class StillResizeObserver {
  readonly #onResize: ResizeObserverCallback;
  readonly #observed = new Set<Element>();

  constructor(onResize: ResizeObserverCallback) {
    this.#onResize = onResize;
  }

  observe(target: Element): void {
    this.#observed.add(target);
    queueMicrotask(() => {
      if (!this.#observed.has(target)) return;
      const box = [{ inlineSize: SIZE.width, blockSize: SIZE.height }];
      const contentRect = new DOMRect(0, 0, SIZE.width, SIZE.height);
      const entry = { target, contentRect, borderBoxSize: box, contentBoxSize: box, devicePixelContentBoxSize: box };
      this.#onResize([entry], this);
    });
  }

  unobserve(target: Element): void {
    this.#observed.delete(target);
  }

  disconnect(): void {
    this.#observed.clear();
  }
}
vi.stubGlobal('ResizeObserver', StillResizeObserver);

Object.assign(Element.prototype, {
  scrollIntoView: () => undefined,
  hasPointerCapture: () => false,
  setPointerCapture: () => undefined,
  releasePointerCapture: () => undefined,
});
// No graphics: what draws falls back, as it does in a browser without WebGL.
HTMLCanvasElement.prototype.getContext = () => null;
Object.assign(document, { fonts: { load: async () => [] } });

afterEach(() => {
  holding.clear();
  localStorage.clear();
  sessionStorage.clear();
});
