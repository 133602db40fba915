import { expect, it } from 'vitest';
import { hasJoined, joinSteps, wantsFirstRequest } from './join-steps.ts';

const at = '2026-01-01T00:00:00.000Z';
const joining = {
  tokenMade: at,
  agentDialled: null,
  keyRegistered: null,
  permissionsChecked: null,
  firstRequestServed: null,
};

it('has one current step, which is the failed one if there is a problem', () => {
  expect(joinSteps({ joining, problem: null }).map(({ state }) => state)).toEqual([
    'done',
    'current',
    'waiting',
    'waiting',
    'waiting',
  ]);
  const problem = { code: 'x', message: 'y' };
  expect(joinSteps({ joining, problem })[1]?.state).toBe('failed');
});

it('sends the first request only to an agent that is online and checked', () => {
  const ready = { ...joining, agentDialled: at, keyRegistered: at, permissionsChecked: at };
  expect(wantsFirstRequest({ joining, status: 'online' })).toBe(false);
  expect(wantsFirstRequest({ joining: ready, status: 'offline' })).toBe(false);
  expect(wantsFirstRequest({ joining: ready, status: 'online' })).toBe(true);
  expect(hasJoined({ joining: ready })).toBe(false);
  expect(hasJoined({ joining: { ...ready, firstRequestServed: at } })).toBe(true);
});
