'use client';
import { deferred } from '#components/deferred.tsx';
import { drains } from './drains.ts';

const DrainPanel = deferred(() => import('./drain-panel.tsx').then((module) => module.DrainPanel));

/** The drains of this tab, on every page. Loaded when the first one starts. */
export function DrainProgress() {
  return drains.use().all.length === 0 ? null : <DrainPanel />;
}
