'use client';
import { createContext } from 'react';
import type { Bounds } from './bounds.ts';
import type { UsageHistory } from './usage-history.ts';

/** What the cells of usage show beside their numbers. */
export interface UsageCharts {
  history: UsageHistory;
  /** By `namespace/name`. */
  bounds: ReadonlyMap<string, Bounds>;
}

/** The charts of the table around a cell; undefined if there are no measurements. */
export const UsageChartsContext = createContext<UsageCharts | undefined>(undefined);
