/** Whether this process accepts new work. */
export class Lifecycle {
  readonly #draining = new AbortController();

  get isDraining(): boolean {
    return this.#draining.signal.aborted;
  }

  /** Aborts when the process stops accepting work: for requests that wait for something to happen. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  /** Makes `/readyz` fail, so that load balancers stop sending requests. */
  drain(): void {
    this.#draining.abort();
  }
}
