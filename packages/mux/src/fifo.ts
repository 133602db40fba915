/** A first-in, first-out queue for queues that may hold thousands of items; on average, each call takes constant time. */
export class Fifo<T> {
  #in: T[] = [];
  /** The oldest items, the next one last. */
  #out: T[] = [];

  get length(): number {
    return this.#in.length + this.#out.length;
  }

  push(item: T): void {
    this.#in.push(item);
  }

  peek(): T | undefined {
    this.#turn();
    return this.#out.at(-1);
  }

  shift(): T | undefined {
    this.#turn();
    return this.#out.pop();
  }

  clear(): void {
    this.#in = [];
    this.#out = [];
  }

  #turn(): void {
    if (this.#out.length === 0) [this.#in, this.#out] = [this.#out, this.#in.reverse()];
  }
}
