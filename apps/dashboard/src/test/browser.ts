// Browser features that jsdom lacks, for tests that render. Import this before any component.
import { afterEach, vi } from 'vitest';

declare global {
  var jsdom: { reconfigure: (settings: { url: string }) => void };
}

// Node's fetch has no page that a URL could be relative to.
const nodeFetch = globalThis.fetch;
vi.stubGlobal('fetch', (input: string, init?: RequestInit) => nodeFetch(new URL(input, window.location.href), init));

/** Media queries that match. */
const matching = new Set<string>();
const queries = new Set<MediaQuery>();

class MediaQuery extends EventTarget {
  readonly media: string;
  constructor(media: string) {
    super();
    this.media = media;
  }
  get matches(): boolean {
    return matching.has(this.media);
  }
  /** Deprecated, but xterm.js still calls it. */
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

/** Sets whether a media query matches, and notifies its listeners. */
export function setMedia(media: string, matches: boolean): void {
  if (matches) matching.add(media);
  else matching.delete(media);
  for (const query of queries) if (query.media === media) query.dispatchEvent(new Event('change'));
}

/** jsdom does no layout: every element has this size, in pixels. */
const SIZE = { width: 800, height: 400 };

for (const [property, value] of Object.entries({
  clientWidth: SIZE.width,
  clientHeight: SIZE.height,
  offsetWidth: SIZE.width,
  offsetHeight: SIZE.height,
})) {
  Object.defineProperty(HTMLElement.prototype, property, { configurable: true, get: () => value });
}

/** Reports every element once, because sizes never change. */
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
Range.prototype.getClientRects = () => Object.assign([], { item: () => null });
// No graphics, as in a browser without WebGL.
HTMLCanvasElement.prototype.getContext = () => null;
Object.assign(document, { fonts: { load: async () => [] } });

afterEach(() => {
  matching.clear();
  localStorage.clear();
  sessionStorage.clear();
});
