/** The tunnel's source of time; tests provide their own. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Runs `action` once after `ms` milliseconds; call the returned function to cancel. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
