/** Requests a page. Calls `onNext` with the token of the next page when that is known, before the last byte if possible. */
export type RequestPage = (
  token: string,
  how: { signal: AbortSignal; onNext: (token: string) => void },
) => Promise<ArrayBuffer>;

interface RequestedPage {
  token: string;
  bytes: Promise<ArrayBuffer>;
  /** The token of the page after it. */
  next: Promise<string>;
  cancel: () => void;
}

/**
 * The pages of a list. Each is requested as soon as the page before it names it, while that is still being received, parsed and
 * shown; never more than one ahead of the page that was taken.
 */
export class PagesAhead {
  readonly #request: RequestPage;
  #taken: RequestedPage | undefined;
  #ahead: RequestedPage | undefined;

  constructor(request: RequestPage) {
    this.#request = request;
  }

  /**
   * The bytes of a page; empty for the token of the first one.
   * @param how.ahead whether the page after it will be taken too.
   * @throws as the request does.
   */
  take(token: string, { ahead, signal }: { ahead: boolean; signal: AbortSignal }): Promise<ArrayBuffer> {
    const isHere = this.#ahead?.token === token;
    if (!isHere) this.#ahead?.cancel();
    const page = isHere && this.#ahead !== undefined ? this.#ahead : this.#start(token, signal);
    this.#ahead = undefined;
    this.#taken = page;
    if (ahead) {
      void page.next.then((next) => {
        if (next !== '' && this.#taken === page && !signal.aborted) this.#ahead = this.#start(next, signal);
      });
    }
    return page.bytes;
  }

  #start(token: string, signal: AbortSignal): RequestedPage {
    const own = new AbortController();
    const { promise: next, resolve: onNext } = Promise.withResolvers<string>();
    const bytes = this.#request(token, { signal: AbortSignal.any([signal, own.signal]), onNext });
    // If it fails, whoever takes it is told.
    bytes.catch(() => undefined);
    return { token, bytes, next, cancel: () => own.abort() };
  }
}
