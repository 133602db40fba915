import { expect, it } from 'vitest';
import { FairQueue } from './fair-queue.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('starts a few items at once and the others a few per turn, with the keys taking turns', async () => {
  const begun: string[] = [];
  const queue = new FairQueue<string>((item) => begun.push(item));
  for (let index = 0; index < 10; index++) queue.add('flood', `flood ${index}`);
  queue.add('ada', 'ada 0');
  queue.add('bob', 'bob 0');
  queue.add('ada', 'ada 1');
  expect(begun).toEqual(['flood 0', 'flood 1', 'flood 2', 'flood 3']);
  await turn();
  expect(begun.slice(4)).toEqual(['flood 4', 'ada 0', 'bob 0', 'flood 5']);
  await turn();
  expect(begun.slice(8)).toEqual(['ada 1', 'flood 6', 'flood 7', 'flood 8']);
  await turn();
  expect(begun.slice(12)).toEqual(['flood 9']);
  await turn();
  queue.add('ada', 'ada 2');
  expect(begun.at(-1)).toBe('ada 2');
});

it('lets no item overtake those that wait', async () => {
  const begun: string[] = [];
  const queue = new FairQueue<string>((item) => {
    begun.push(item);
    if (item === 'a 0') queue.add('b', 'b 0');
  });
  for (let index = 0; index < 6; index++) queue.add('a', `a ${index}`);
  await turn();
  await turn();
  expect(begun).toEqual(['a 0', 'b 0', 'a 1', 'a 2', 'a 3', 'a 4', 'a 5']);
});

it('lets no item that is added during a turn overtake those that wait', async () => {
  const begun: string[] = [];
  const queue = new FairQueue<string>((item) => {
    begun.push(item);
    if (item === 'a 4') queue.add('b', 'b 0');
  });
  for (let index = 0; index < 6; index++) queue.add('a', `a ${index}`);
  await turn();
  expect(begun.slice(4)).toEqual(['a 4', 'a 5', 'b 0']);
});
