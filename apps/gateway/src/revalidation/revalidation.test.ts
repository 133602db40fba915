import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import type { Principal } from '../identity/principal.ts';
import { Revalidation } from './revalidation.ts';

const principal = (...organizations: string[]): Principal => ({
  userId: 'u',
  username: 'a@example.com',
  credential: { kind: 'cli', id: 'c', clusterId: null, expiresAt: new Date(Date.now() + 60_000), scopes: null },
  memberships: organizations.map((organizationId) => ({ organizationId, slug: organizationId, role: 'owner' })),
});

let revalidation: Revalidation;
afterEach(() => revalidation.stop());

function revalidate(stillValid: (principal: Principal) => Promise<boolean>): Revalidation {
  revalidation = new Revalidation({ authenticator: { stillValid }, logger: pino({ level: 'silent' }) });
  return revalidation;
}

it('ends what depends on a removed membership, and nothing else of the same credential', async () => {
  const left = new Set(['acme']);
  const open = revalidate(async ({ memberships }) =>
    memberships.every(({ organizationId }) => left.has(organizationId)),
  );
  const ended: string[] = [];
  open.watch({ principal: principal('acme') }, () => ended.push('before joining'));
  open.watch({ principal: principal('acme', 'other') }, () => ended.push('while in it'));
  open.watch({ principal: principal('acme', 'other') }, () => ended.push('the newest'));
  await open.sweep();
  expect(ended).toEqual(['the newest', 'while in it']);
});

it('leaves open what it cannot check, and checks again', async () => {
  const answers: (() => Promise<boolean>)[] = [() => Promise.reject(new Error('away')), async () => false];
  const open = revalidate(async () => (await answers.shift()?.()) ?? true);
  let ended = 0;
  const unwatch = open.watch({ principal: principal('acme') }, () => ended++);
  await open.sweep();
  expect(ended).toBe(0);
  await open.sweep();
  expect(ended).toBe(1);
  unwatch();
  answers.push(async () => false);
  await open.sweep();
  expect(ended).toBe(1);
});
