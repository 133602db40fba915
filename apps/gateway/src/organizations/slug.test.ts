import { Slug } from '@postern/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { freeSlug, slugOf } from './slug.ts';

it.each([
  ['Acme', 'acme'],
  ['  Acme, Inc. ', 'acme-inc'],
  ['Éclair & Söhne', 'eclair-sohne'],
  ['日本', 'organization'],
  ['!!!', 'organization'],
  ['API', 'api-org'],
  ['sign in', 'sign-in-org'],
  [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
  ['x'.repeat(100), 'x'.repeat(40)],
])('the slug of %j is %j', (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});

it('is valid and free for every name', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
      fc.integer({ min: 0, max: 12 }),
      (name, others) => {
        const slug = slugOf(name);
        const taken = new Set([slug, ...Array.from({ length: others }, (_, index) => `${slug}-${index + 2}`)]);
        const free = freeSlug(slug, taken);
        expect(Slug.safeParse(slug).success && Slug.safeParse(free).success).toBe(true);
        expect(taken.has(free)).toBe(false);
      },
    ),
  );
});
