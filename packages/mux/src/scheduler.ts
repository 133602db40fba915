import { Fifo } from './fifo.ts';

/** The scheduler's state of a flow; the flow's owner only creates it, with `newFlowState`. */
export interface FlowState {
  place: 'none' | 'urgent' | 'bulk' | 'serving';
  deficit: number;
}

export interface Flow {
  readonly interactive: boolean;
  /** Bytes ready to be sent. */
  readonly queuedBytes: number;
  /** Whether it can send now: closed flows and flows without credit cannot. */
  readonly sendable: boolean;
  readonly flow: FlowState;
}

const sparseBytes = 4 * 1024;
/** The urgent class yields one bulk frame after this many bytes in a row. */
const urgentBurst = 64 * 1024;

export function newFlowState(): FlowState {
  return { place: 'none', deficit: 0 };
}

/**
 * Chooses the flow that sends next. Interactive flows, and flows that just became ready with little to send, go first,
 * one frame each in turn; the others share by deficit round robin. A flow that has run empty keeps its turn in the bulk
 * round until that turn comes, so that it gains nothing by writing in small pieces; and the urgent class cannot starve
 * the rest.
 */
export class Scheduler<F extends Flow> {
  readonly #quantum: number;
  readonly #urgent = new Fifo<F>();
  readonly #bulk = new Fifo<F>();
  /** The bulk flow whose turn is not over. */
  #current: F | undefined;
  #urgentInARow = 0;

  /** @param quantum bytes a bulk flow may send per round; at least the largest frame. */
  constructor(quantum: number) {
    this.#quantum = quantum;
  }

  /** Call when a flow may have become sendable. @returns the class in which it waits or is being served. */
  wake(flow: F): 'urgent' | 'bulk' | 'serving' {
    const { place } = flow.flow;
    if (place !== 'none') return place;
    const found = flow.interactive || flow.queuedBytes <= sparseBytes ? 'urgent' : 'bulk';
    this.#place(flow, found);
    return found;
  }

  /**
   * Takes the flow to serve; return it with `served`. With `bulk` false, bulk flows get a turn only after each burst of
   * the urgent class, so that an interactive flood does not starve them.
   */
  next(bulk = true): F | undefined {
    if (this.#urgentInARow >= urgentBurst) {
      const flow = this.#nextBulk();
      this.#urgentInARow = 0;
      if (flow !== undefined) return flow;
    }
    const urgent = this.#nextUrgent();
    if (urgent !== undefined || !bulk) return urgent;
    this.#urgentInARow = 0;
    return this.#nextBulk();
  }

  /** Call after sending one frame of `bytes` from the flow that `next` returned. */
  served(flow: F, bytes: number): void {
    if (flow.interactive) {
      this.#urgentInARow += bytes;
      if (flow.sendable) this.#place(flow, 'urgent');
      else flow.flow.place = 'none';
      return;
    }
    flow.flow.deficit -= bytes;
    if (flow.flow.deficit > 0 && flow.sendable && this.#current === undefined) {
      flow.flow.place = 'bulk';
      this.#current = flow;
    } else {
      this.#place(flow, 'bulk');
    }
  }

  #nextUrgent(): F | undefined {
    for (let flow = this.#urgent.shift(); flow !== undefined; flow = this.#urgent.shift()) {
      if (flow.sendable) {
        flow.flow.place = 'serving';
        return flow;
      }
      flow.flow.place = 'none';
    }
    return undefined;
  }

  #nextBulk(): F | undefined {
    for (let flow = this.#takeBulk(); flow !== undefined; flow = this.#takeBulk()) {
      if (!flow.sendable) {
        flow.flow.place = 'none';
        flow.flow.deficit = 0;
      } else if (flow.flow.deficit <= 0) {
        flow.flow.deficit += this.#quantum;
        this.#bulk.push(flow);
      } else {
        flow.flow.place = 'serving';
        return flow;
      }
    }
    return undefined;
  }

  #takeBulk(): F | undefined {
    const current = this.#current;
    if (current === undefined) return this.#bulk.shift();
    this.#current = undefined;
    return current;
  }

  #place(flow: F, place: 'urgent' | 'bulk'): void {
    flow.flow.place = place;
    (place === 'urgent' ? this.#urgent : this.#bulk).push(flow);
  }
}
