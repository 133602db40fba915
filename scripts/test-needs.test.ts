import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import config from '../vitest.config.ts';
import { findTestFiles, partsFor } from './test-needs.mjs';

const root = resolve(import.meta.dirname, '..');
const files = findTestFiles(root);
const everything = ['client', 'contracts', 'programs', 'dashboard'];

it('finds the files that vitest runs', () => {
  const exclude = ['**/node_modules/**', '**/dist/**', '**/.next/**'];
  const included = (config.test?.include ?? []).flatMap((pattern) => globSync(pattern, { cwd: root, exclude }));
  expect(files.toSorted()).toEqual(included.toSorted());
});

it.each([
  [[], everything],
  [['packages/mux'], []],
  [['./packages/mux/src/codes.test.ts:12', 'packages/tunnel'], []],
  [['apps/gateway/src/kube'], ['client']],
  [
    ['apps/agent', 'security/fuzz'],
    ['client', 'programs'],
  ],
  [['apps/local/src/child'], []],
  [['apps/local'], everything],
  // Runs every test whose name contains the word.
  [['-t', 'gateway'], everything],
  // The path might be the option's value.
  [['--coverage', 'packages/mux'], everything],
  [['--reporter=dot', 'packages/mux'], []],
  // Vitest reports that the second one matches nothing.
  [['packages/mux', 'no-such-test'], everything],
])('for %j builds %j', (args, parts) => {
  expect(partsFor(args, files)).toEqual(parts);
});
