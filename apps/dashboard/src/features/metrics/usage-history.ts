import type { Measurement, Usage } from './usage.ts';

/** One measurement of a history. */
export interface UsagePoint extends Usage {
  /** Milliseconds since 1970. */
  at: number;
}

/** How many measurements of one pod or node are kept: 15 minutes at four a minute. */
const MOST_EACH = 60;
/** How many are kept in total, so that tens of thousands of pods take a few megabytes. */
const MOST = 200_000;
const FEWEST_EACH = 4;

/** The measurements of pods and nodes that this tab has seen. */
export class UsageHistory {
  readonly #points = new Map<string, readonly UsagePoint[]>();

  /** Adds the newest measurements of a list; a measurement that is already known is not added again. */
  add(measurements: Iterable<Measurement>): void {
    for (const { key, at, usage, containers } of measurements) {
      this.#append(key, { at, ...usage });
      if (containers.size < 2) continue;
      for (const [container, used] of containers) this.#append(`${key}/${container}`, { at, ...used });
    }
    const each = Math.max(FEWEST_EACH, Math.min(MOST_EACH, Math.floor(MOST / Math.max(1, this.#points.size))));
    for (const [key, points] of this.#points) if (points.length > each) this.#points.set(key, points.slice(-each));
    while (this.#points.size * FEWEST_EACH > MOST) this.#points.delete(this.#points.keys().next().value ?? '');
  }

  /** The history of a pod or node, oldest first; of one container if named. The same array until there is a new measurement. */
  of(key: string, container?: { name: string; of: number }): readonly UsagePoint[] {
    // The only container of a pod has the pod's history.
    const single = container === undefined || container.of < 2;
    return this.#points.get(single ? key : `${key}/${container.name}`) ?? NONE;
  }

  #append(key: string, point: UsagePoint): void {
    const points = this.#points.get(key) ?? NONE;
    const last = points.at(-1);
    if (last !== undefined && last.at >= point.at) return;
    // The one written last is the last to be dropped.
    this.#points.delete(key);
    this.#points.set(key, [...points, point]);
  }
}

const NONE: readonly UsagePoint[] = [];
