import { expect, it } from 'vitest';
import { Limits } from './limits.ts';
import { Places } from './places.ts';
import { defaultLimits } from './settings.ts';

it('allows each key a burst of four seconds, then the rate, and emits refusals', () => {
  let now = 0;
  const refused: string[] = [];
  const limits = new Limits({ ...defaultLimits, requestsPerUser: 5 }, () => now);
  limits.on('refused', (name) => refused.push(name));
  const allowed = (key: string): number => {
    let count = 0;
    while (limits.take('requestsPerUser', key) === 0) count++;
    return count;
  };
  expect([allowed('a'), allowed('b')]).toEqual([20, 20]);
  expect(limits.take('requestsPerUser', 'a')).toBe(1);
  now = 1_000;
  expect(allowed('a')).toBe(5);
  now = 3_600_000;
  expect(allowed('a')).toBe(20);
  expect(new Set(refused)).toEqual(new Set(['requestsPerUser']));
  expect(limits.take('requestsPerOrganization', 'a')).toBe(0);
});

it('has configurable and fixed rates over longer periods, which emit refusals too and can be reset', () => {
  let now = 0;
  const refused: string[] = [];
  const limits = new Limits({ ...defaultLimits, signInsPerEmail: 3 }, () => now);
  limits.on('refused', (name) => refused.push(name));
  for (let count = 0; count < 3; count++) expect(limits.take('signInsPerEmail', 'a')).toBe(0);
  expect(limits.take('signInsPerEmail', 'a')).toBe(100);
  for (let count = 0; count < 10; count++) expect(limits.take('wrongSetupCodesPerAddress', 'a')).toBe(0);
  expect(limits.take('wrongSetupCodesPerAddress', 'a')).toBe(30);
  expect(refused).toEqual(['signInsPerEmail', 'wrongSetupCodesPerAddress']);
  limits.forget('signInsPerEmail', 'a');
  expect(limits.take('signInsPerEmail', 'a')).toBe(0);
  now = 30_000;
  expect(limits.take('wrongSetupCodesPerAddress', 'a')).toBe(0);
});

it('does not evict a key of one limit because of many keys of another', () => {
  const limits = new Limits({ ...defaultLimits, signInsPerEmail: 1 }, () => 0);
  limits.take('signInsPerEmail', 'ada@example.com');
  for (let count = 0; count < 60_000; count++) limits.take('newConnectionsPerAddress', `address ${count}`);
  expect(limits.take('signInsPerEmail', 'ada@example.com')).toBeGreaterThan(0);
});

it('counts what is open by limit and key, and releases a place only once', () => {
  const refused: string[] = [];
  const limits = new Limits({ ...defaultLimits, streamsPerUser: 2 });
  limits.on('refused', (name) => refused.push(name));
  const first = limits.enter('streamsPerUser', 'a');
  limits.enter('streamsPerUser', 'a');
  expect(refused).toEqual([]);
  expect(limits.enter('streamsPerUser', 'a')).toBeUndefined();
  expect(limits.enter('streamsPerUser', 'b')).toBeDefined();
  expect(limits.enter('streamsPerCluster', 'a')).toBeDefined();
  first?.();
  first?.();
  expect(limits.enter('streamsPerUser', 'a')).toBeDefined();
  expect(limits.enter('streamsPerUser', 'a')).toBeUndefined();
  expect(refused).toEqual(['streamsPerUser', 'streamsPerUser']);
});

it('allows a row below the maximum', () => {
  const limits = new Limits({ ...defaultLimits, tokensPerUser: 3 });
  expect([limits.allows('tokensPerUser', 2), limits.allows('tokensPerUser', 3)]).toEqual([true, false]);
});

it('forgets a key with nothing open', () => {
  const places = new Places();
  const release = places.enter('a', 1);
  expect(places.taken('a')).toBe(1);
  release?.();
  expect(places.taken('a')).toBe(0);
});
