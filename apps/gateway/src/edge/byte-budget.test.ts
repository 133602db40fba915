import { expect, it } from 'vitest';
import { ByteBudget } from './byte-budget.ts';

it('keeps counting what else a key holds when some of it is released', () => {
  const budget = new ByteBudget({ total: 100, share: 6 });
  const release = budget.hold('a', 2);
  budget.hold('a', 3);
  release?.();
  expect(budget.hold('a', 4)).toBeUndefined();
  expect(budget.hold('a', 3)).toBeDefined();
  expect(budget.hold('a', 1)).toBeUndefined();
});
