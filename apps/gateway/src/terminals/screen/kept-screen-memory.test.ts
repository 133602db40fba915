import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(import.meta.resolve('../../test/kept-screens.ts'));

it('takes at most 1.5 MB with a full ring', async () => {
  const flags = ['--expose-gc', '--conditions=@postern/source'];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, '--screens', '100']);
  const [, each] = /: ([\d.]+) MB each/.exec(stdout) ?? [];
  expect(Number(each)).toBeGreaterThan(1);
  expect(Number(each)).toBeLessThanOrEqual(1.5);
  // What limits count must not be less than what is used.
  const [, estimated] = /estimated by the screen: ([\d.]+) MB/.exec(stdout) ?? [];
  expect(Number(estimated)).toBeGreaterThan(Number(each) * 0.9);
});
