import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { readCompilerWhenDecoded } from './compiler-text.ts';

it('gives Prisma its query compiler without keeping the text', async () => {
  const file = createRequire(import.meta.url).resolve(
    '@prisma/client/runtime/query_compiler_bg.postgresql.wasm-base64.mjs',
  );
  readCompilerWhenDecoded();
  const { wasm } = await import(pathToFileURL(file).href);
  expect(wasm).not.toBeTypeOf('string');
  // As the generated client decodes it.
  expect(Buffer.from(wasm, 'base64').subarray(0, 4).toString('latin1')).toBe('\0asm');
});
