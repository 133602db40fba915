import type { Pod } from '../model/kinds.ts';

/** One run of a container. Its log is a function of time: nothing is stored, and a line always has the same text. */
export interface LogSource {
  pod: Pod;
  container: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt?: number;
}
