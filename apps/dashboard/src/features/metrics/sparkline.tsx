import { cn } from '#components/class-names.ts';
import { sparklinePath } from './sparkline-path.ts';

export interface SparklineProps {
  points: readonly { at: number; value: number }[];
  /** In pixels. */
  width: number;
  height: number;
  /** The value at the top, unless a point is higher. */
  top: number;
  /** How much time the width stands for, in milliseconds. */
  span: number;
  className?: string;
}

/** The course of a value as one line, without axes. Decoration: the number is in the text beside it. */
export function Sparkline({ points, width, height, top, span, className }: SparklineProps) {
  const path = sparklinePath(points, { width: width - 2, height: height - 2, span, top });
  return (
    <svg
      aria-hidden="true"
      width={width}
      height={height}
      viewBox={`-1 -1 ${width} ${height}`}
      className={cn('shrink-0 fill-none stroke-current text-faint', className)}
    >
      {path !== '' && <path d={path} strokeWidth={1.25} strokeLinejoin="round" />}
    </svg>
  );
}
