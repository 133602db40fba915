import { registerHooks } from 'node:module';

/**
 * Prisma's query compiler, as it is in a JavaScript module: 2.6 MB of base64, of which the source and the constant would stay in
 * memory, 10 MiB with what reading them takes, although it is decoded once. Instead the module gets a value that reads the text
 * when it is decoded (`Buffer.from` calls `valueOf`).
 *
 * Call before the first query. If Prisma names the module otherwise, nothing changes but the memory.
 */
export function readCompilerWhenDecoded(): void {
  const hooks = registerHooks({
    load(url, context, nextLoad) {
      if (!isCompiler(url)) return nextLoad(url, context);
      hooks.deregister();
      return { format: 'module', shortCircuit: true, source: source(url) };
    },
  });
}

const isCompiler = (url: string): boolean => url.endsWith('/query_compiler_bg.postgresql.wasm-base64.mjs');

const source = (url: string): string => `
import { readFileSync } from 'node:fs';
const text = () => readFileSync(new URL(${JSON.stringify(url)}), 'latin1');
export const wasm = { valueOf: () => text().split('"', 2)[1] };
`;
