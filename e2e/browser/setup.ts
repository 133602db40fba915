import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@postern/testkit';
import type { TestProject } from 'vitest/node';
import { startProduct, stopProduct } from '../harness/process.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Origin of the running product, with its demo cluster. */
    url: string;
    /** The CA that signed its certificate. */
    caFile: string;
    /** Its data folder. */
    data: string;
  }
}

/** Starts the product as `npm start` does, with the demo cluster, in a folder of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const data = mkdtempSync(join(tmpdir(), 'postern-browser-'));
  const port = await freePort('0.0.0.0');
  const ready = await startProduct({
    data,
    port,
    publicUrl: `https://localhost:${port}`,
    args: [],
    env: { POSTERN_WEBHOOK_NETWORKS: '127.0.0.0/8' },
  });
  project.provide('url', ready.url);
  project.provide('caFile', ready.caFile);
  project.provide('data', data);
  return async () => {
    await stopProduct(data);
    rmSync(data, { recursive: true, force: true });
  };
}
