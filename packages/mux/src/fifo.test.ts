import { describe, expect, it } from 'vitest';
import { Fifo } from './fifo.ts';

describe('a first-in, first-out queue', () => {
  it('tells its length and what comes next', () => {
    const fifo = new Fifo<string>();
    expect([fifo.length, fifo.peek()]).toEqual([0, undefined]);
    fifo.push('a');
    fifo.push('b');
    fifo.push('c');
    expect([fifo.length, fifo.peek()]).toEqual([3, 'a']);
    expect(fifo.shift()).toBe('a');
    expect([fifo.length, fifo.peek()]).toEqual([2, 'b']);
  });

  it('loses nothing that is pushed after it was found empty', () => {
    const fifo = new Fifo<string>();
    expect(fifo.shift()).toBeUndefined();
    expect(fifo.length).toBe(0);
    fifo.push('a');
    expect([fifo.length, fifo.shift(), fifo.shift()]).toEqual([1, 'a', undefined]);
  });

  it('holds nothing after it was cleared', () => {
    const fifo = new Fifo<string>();
    for (const item of ['a', 'b', 'c']) fifo.push(item);
    fifo.shift();
    fifo.clear();
    expect([fifo.length, fifo.peek(), fifo.shift()]).toEqual([0, undefined, undefined]);
    fifo.push('d');
    expect(fifo.shift()).toBe('d');
  });

  // Long enough that a shift whose cost grows with the queue runs into the time limit of every test.
  it('keeps the order of 75,000 items, also while more are pushed', () => {
    const fifo = new Fifo<number>();
    let pushed = 0;
    let wrong = 0;
    while (pushed < 50_000) fifo.push(pushed++);
    for (let next = 0; next < 75_000; next++) {
      if (next % 2 === 0 && pushed < 75_000) fifo.push(pushed++);
      if (fifo.length !== pushed - next || fifo.peek() !== next || fifo.shift() !== next) wrong++;
    }
    expect([wrong, pushed, fifo.length, fifo.shift()]).toEqual([0, 75_000, 0, undefined]);
  });
});
