import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(import.meta.resolve('../../test/held-terminals.ts'));

it('a held terminal takes at most 1.5 MB, no more with time, and nothing after its end', {
  timeout: 120_000,
}, async () => {
  const flags = ['--expose-gc', '--conditions=@postern/source'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, '--terminals', '60']);
  const figure = (name: string): number => Number(new RegExp(`^${name}: (-?[\\d.]+)`, 'm').exec(stdout)?.[1]);
  expect(figure('each')).toBeGreaterThan(1);
  expect(figure('each')).toBeLessThanOrEqual(1.5);
  expect(figure('growth')).toBeLessThan(3);
  expect(figure('left of each')).toBeLessThan(0.05);
});
