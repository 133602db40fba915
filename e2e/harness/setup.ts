import type { TestProject } from 'vitest/node';
import { bringUp, type Harness } from './bring-up.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    harness: Harness;
  }
}

/** Calls `bringUp` before the first test. With POSTERN_E2E_DIRECT=1 the product is left out. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { harness, end } = await bringUp(process.env['POSTERN_E2E_DIRECT'] === '1');
  project.provide('harness', harness);
  return end;
}
