/**
 * Lets simultaneous calls with the same key share one result. The work in progress may have begun before a call, so calls made
 * meanwhile get the next result: per key at most one run is in progress and one waits, however many calls there are.
 */
export class SingleFlight<T> {
  readonly #running = new Map<string, { now: Promise<T>; next: Promise<T> | undefined }>();

  /** The result of a run of `work` that began after this call. */
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
