/**
 * Lets many who ask the same at the same time share one answer. An answer under way may be older than a question, so whoever
 * asks meanwhile gets the next one: at most one runs and one waits for each key, however many ask.
 */
export class SingleFlight<T> {
  readonly #running = new Map<string, { now: Promise<T>; next: Promise<T> | undefined }>();

  /** The answer of a call of `work` that began after this was called. */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const flight = this.#running.get(key);
    if (flight !== undefined) {
      flight.next ??= flight.now.then(
        () => this.#start(key, work),
        () => this.#start(key, work),
      );
      return flight.next;
    }
    return this.#start(key, work);
  }

  #start(key: string, work: () => Promise<T>): Promise<T> {
    const flight: { now: Promise<T>; next: Promise<T> | undefined } = {
      now: (async () => work())(),
      next: undefined,
    };
    this.#running.set(key, flight);
    const landed = (): void => {
      if (flight.next === undefined) this.#running.delete(key);
    };
    flight.now.then(landed, landed);
    return flight.now;
  }
}
