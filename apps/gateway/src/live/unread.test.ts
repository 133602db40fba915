import { expect, it } from 'vitest';
import { Flood } from './flood.ts';
import { Unread, unreadLimits } from './unread.ts';

it("cuts off a connection above its own limit, and a person's larger ones above the person's limit", () => {
  const unread = new Unread();
  const reader = (bytes: number) => ({ unread: () => bytes });
  const { hold, connection, person } = unreadLimits;
  const alone = reader(connection + 1);
  unread.add('a', alone);
  expect(unread.isTooMuch('a', alone)).toBe(true);
  expect(unread.isTooMuch('b', reader(connection))).toBe(false);

  const many = Array.from({ length: person / connection }, () => reader(connection));
  const removals = many.map((one) => unread.add('c', one));
  expect(unread.isTooMuch('c', many[0] as never)).toBe(false);
  const small = reader(hold);
  const large = reader(hold + 1);
  unread.add('c', small);
  unread.add('c', large);
  expect([unread.isTooMuch('c', small), unread.isTooMuch('c', large)]).toEqual([false, true]);
  removals[0]?.();
  removals[0]?.();
  expect(unread.isTooMuch('c', large)).toBe(false);
});

it('counts messages by size, for each person separately', () => {
  let now = 0;
  const flood = new Flood(10, () => now);
  const count = (bytes: number, who = 'a'): number => {
    let allowed = 0;
    while (allowed < 10_000 && flood.allows(who, bytes)) allowed++;
    return allowed;
  };
  expect(count(0)).toBe(80);
  expect(count(100 * 1024, 'b')).toBe(Math.floor(80 / 26));
  now = 1_000;
  expect(count(10)).toBe(20);
  expect([flood.bars('a'), flood.bars('c')]).toEqual([true, false]);
});

it('counts the connections that remain after another has ended, however often its end is reported', () => {
  const unread = new Unread();
  const { hold, connection, person } = unreadLimits;
  const reader = (bytes: number) => ({ unread: () => bytes });
  const leave = unread.add('a', reader(0));
  leave();
  const most = Array.from({ length: person / connection }, () => reader(connection));
  for (const one of most) unread.add('a', one);
  const large = reader(hold + 1);
  unread.add('a', large)();
  leave();
  expect(unread.isTooMuch('a', large)).toBe(false);
  unread.add('a', large);
  expect(unread.isTooMuch('a', large)).toBe(true);
  expect(unread.isTooMuch('b', large)).toBe(false);
});
