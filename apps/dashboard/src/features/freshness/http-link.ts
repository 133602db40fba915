/**
 * The connection that all requests and watches of a page share. A browser waits on a dead one for a long time, so what is open
 * on it is broken off as soon as it is known to be dead, and goes on as soon as the gateway answers again.
 */
class HttpLink {
  #heardAt = Date.now();
  #broken = new AbortController();
  readonly #onHeard = new Set<() => void>();
  readonly #onBack = new Set<() => void>();

  /** When a byte last came from the gateway, in milliseconds since 1970. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Aborts with a TypeError, like any network error, when the link is lost; until it is back it is aborted already. */
  get signal(): AbortSignal {
    return this.#broken.signal;
  }

  /** Called for every sign of life. */
  heard(): void {
    this.#heardAt = Date.now();
    for (const listener of this.#onHeard) listener();
  }

  setLost(lost: boolean): void {
    if (lost === this.#broken.signal.aborted) return;
    if (lost) {
      this.#broken.abort(new TypeError('The gateway does not answer.'));
      return;
    }
    this.#broken = new AbortController();
    for (const listener of [...this.#onBack]) listener();
  }

  /** @returns a function that removes the listener. */
  onHeard(listener: () => void): () => void {
    this.#onHeard.add(listener);
    return () => this.#onHeard.delete(listener);
  }

  /** Calls back when the link is back after a loss. @returns a function that removes the listener. */
  onBack(listener: () => void): () => void {
    this.#onBack.add(listener);
    return () => this.#onBack.delete(listener);
  }
}

export const httpLink = new HttpLink();

/** Fetch that reports answers of the gateway. A server error may come from a proxy in front of it, and proves nothing. */
export const observedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status < 500) httpLink.heard();
  return response;
};

/** The same response, whose bytes count as signs of life. */
export function observeBody(response: Response): Response {
  const { body, status, statusText, headers } = response;
  if (body === null) return response;
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (chunk, controller) => {
        httpLink.heard();
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted, { status, statusText, headers });
}

/**
 * Whether all requests of the page share one connection (HTTP/2 and later; unknown counts as yes). Over HTTP/1.1 a browser has
 * six connections to a site, and a watch occupies one.
 */
export function sharesConnection(): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return navigation?.nextHopProtocol !== 'http/1.1';
}
