import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { closeCodes, closeName } from './close-codes.ts';

it('has the close codes of docs/protocol.md', () => {
  const document = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
  const section = document.split('### Close codes')[1]?.split(/^#/m)[0] ?? '';
  const rows = [...section.matchAll(/^\| (\d+) \| (\w+) \|/gm)].map(([, code, name]) => [name, Number(code)]);
  expect(Object.fromEntries(rows)).toEqual(closeCodes);
});

it('names known codes, and calls all others lost', () => {
  expect([closeName(4401), closeName(1000), closeName(1006), closeName(3000)]).toEqual([
    'proof',
    'bye',
    'lost',
    'lost',
  ]);
});
