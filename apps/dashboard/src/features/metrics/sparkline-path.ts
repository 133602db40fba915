export interface SparklineShape {
  /** In the unit of the SVG's view box. */
  width: number;
  height: number;
  /** How much time the width stands for, in milliseconds. */
  span: number;
  /** The value at the top; the largest value if that is more. */
  top: number;
}

/** A gap longer than this many times the usual distance of two points is left open. */
const GAP = 3;

/** The path of a line through points in time, the newest at the right edge; empty if there are fewer than two. */
export function sparklinePath(points: readonly { at: number; value: number }[], shape: SparklineShape): string {
  const last = points.at(-1);
  if (last === undefined || points.length < 2) return '';
  const from = last.at - shape.span;
  const within = points.filter(({ at }) => at >= from);
  const top = Math.max(shape.top, ...within.map(({ value }) => value)) || 1;
  const usual = median(within.slice(1).map(({ at }, index) => at - (within[index]?.at ?? at)));
  const round = (value: number) => Math.round(value * 10) / 10;
  return within
    .map(({ at, value }, index) => {
      const before = within[index - 1]?.at;
      const command = before === undefined || at - before > usual * GAP ? 'M' : 'L';
      const x = ((at - from) / shape.span) * shape.width;
      return `${command}${round(x)} ${round(shape.height - (value / top) * shape.height)}`;
    })
    .join('');
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
