// Skips the tests that a part leaves out (mutation/parts.mjs).
import { beforeEach } from 'vitest';
import { parts } from './parts.mjs';

const { leaveOut = [] } = parts[process.env['POSTERN_MUTATION_PART']];

beforeEach(({ task, skip }) => {
  const names = [task.name];
  for (let suite = task.suite; suite !== undefined; suite = suite.suite) names.unshift(suite.name);
  const name = names.join(' ').trim();
  if (leaveOut.some((pattern) => pattern.test(name))) skip();
});
