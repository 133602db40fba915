import { expect, it } from 'vitest';
import { applyMapping } from './group-mapping.ts';

const mappings = [
  { group: 'a', team: 'one', role: 'auditor' as const },
  { group: 'b', team: 'one' },
  { group: 'c', team: 'two', role: 'admin' as const },
];

it.each([
  ['no groups', [], { teams: [], otherTeams: ['one', 'two'], role: 'member' }],
  ['two groups of one team', ['a', 'b'], { teams: ['one'], otherTeams: ['two'], role: 'auditor' }],
  ['a group without a role', ['b'], { teams: ['one'], otherTeams: ['two'], role: 'member' }],
  ['the highest of two roles', ['a', 'c'], { teams: ['one', 'two'], otherTeams: [], role: 'admin' }],
  ['a group in other letters', ['A'], { teams: [], otherTeams: ['one', 'two'], role: 'member' }],
])('maps %s', (_, groups, mapped) => {
  expect(applyMapping(mappings, groups)).toEqual(mapped);
});

it('leaves roles alone if it gives none', () => {
  expect(applyMapping([{ group: 'b', team: 'one' }], ['b']).role).toBeNull();
});
