import { pino } from 'pino';
import { expect, it } from 'vitest';
import { logFailure } from './log-failure.ts';

it.each([
  ['a warning if the database cannot be reached', new Error('connect ECONNREFUSED 127.0.0.1:5432'), 'warn'],
  ['an error otherwise', new TypeError('x is not a function'), 'error'],
])('logs %s', (_, error, level) => {
  const lines: string[] = [];
  const logger = pino({ formatters: { level: (label) => ({ level: label }) } }, { write: (line) => lines.push(line) });
  logFailure(logger, error, 'cannot do this', { clusterId: 'c' });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level, msg: 'cannot do this', clusterId: 'c', error: expect.anything() }),
  ]);
});
