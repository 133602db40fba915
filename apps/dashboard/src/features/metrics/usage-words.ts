import { formatBytes } from '#components/format/bytes.ts';
import { formatCores } from '#components/format/quantity.ts';
import type { Tone } from '#components/ui/tone.ts';
import type { Bounds } from './bounds.ts';

export type Amount = 'cpu' | 'memory';

export const formats: Record<Amount, (value: number) => string> = { cpu: formatCores, memory: formatBytes };

/** How usage stands to its bounds. */
export interface Standing {
  /** What the bar's full width stands for: the limit, otherwise the request; undefined if there is neither. */
  full: number | undefined;
  /** The part of the width in use, from 0 to 1. */
  share: number;
  /** Where the request is, from 0 to 1; undefined if it is the full width, or there is none. */
  requested: number | undefined;
  tone: Tone;
}

/** Beyond these parts of a limit little is left: the kernel throttles CPU, and kills for memory. */
const SCARCE = 0.85;
const LAST = 0.95;

export function standingOf(value: number, bounds: Bounds | undefined, amount: Amount): Standing {
  const limit = bounds?.limits[amount];
  const request = bounds?.requests[amount];
  const full = limit ?? request;
  if (full === undefined || full <= 0) return { full: undefined, share: 0, requested: undefined, tone: 'idle' };
  const share = Math.min(1, value / full);
  const tone = limit === undefined || share < SCARCE ? 'idle' : share < LAST ? 'warn' : 'bad';
  const requested = limit !== undefined && request !== undefined && request < limit ? request / limit : undefined;
  return { full, share, requested, tone };
}

/** The same in words: `120m in use, 200m requested, limit 500m`. */
export function usageWords(
  value: number,
  bounds: Bounds | undefined,
  amount: Amount,
  most: 'limit' | 'allocatable',
): string {
  const format = formats[amount];
  const [limit, request] = [bounds?.limits[amount], bounds?.requests[amount]];
  const percent = limit === undefined || limit <= 0 ? '' : ` (${Math.round((value / limit) * 100)}%)`;
  return [
    `${format(value)} in use`,
    ...(request === undefined ? [] : [`${format(request)} requested`]),
    ...(limit === undefined
      ? bounds === undefined || most === 'allocatable'
        ? []
        : ['no limit']
      : [most === 'limit' ? `limit ${format(limit)}${percent}` : `${format(limit)} allocatable${percent}`]),
  ].join(', ');
}
