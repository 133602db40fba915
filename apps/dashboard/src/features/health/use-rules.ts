'use client';
import { deferredCode, useDeferredCode } from '#components/deferred.tsx';
import type { allRules } from './all-rules.ts';

type Rules = typeof allRules;

const rules = deferredCode<Rules>(() => import('./all-rules.ts').then((module) => module.allRules));

/**
 * The rules of health. They are loaded while the first page that needs them waits for its data; undefined until then, in which
 * case states are shown as the cluster words them.
 */
export function useRules(): Rules | undefined {
  return useDeferredCode(rules).content;
}
