import type { TestProject } from 'vitest/node';
import { type Bed, bringUp } from './bring-up.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    bed: Bed;
  }
}

/** Before the first test: see `bringUp`. With POSTERN_E2E_DIRECT=1 the product is left out. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { bed, end } = await bringUp(process.env['POSTERN_E2E_DIRECT'] === '1');
  project.provide('bed', bed);
  return end;
}
