import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Principal } from './principal.ts';
import { PrincipalCache } from './principal-cache.ts';

const principal = (email: string): Principal => ({
  userId: 'u',
  email,
  credential: { kind: 'api', id: 'c', clusterId: null, expiresAt: new Date(8.64e15) },
  memberships: [],
});

// Not 0, which lru-cache treats as no start time.
let now = 1_000;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  // lru-cache keeps a reference to `performance`, so its method must be replaced.
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function after(ms: number): Promise<void> {
  now += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

/** A cache with a TTL of 4 s, in front of a database that answers when the test says so. */
function newCache() {
  const cache = new PrincipalCache({ max: 10, ttlMs: 4_000 });
  const asked: PromiseWithResolvers<Principal | null>[] = [];
  const get = (): Promise<Principal | null> =>
    cache.get('key', () => {
      const answer = Promise.withResolvers<Principal | null>();
      asked.push(answer);
      return answer.promise;
    });
  /** Answers the nth query of the database. */
  const answer = async (nth: number, email: string | null): Promise<void> => {
    asked[nth]?.resolve(email === null ? null : principal(email));
    await after(1);
  };
  return { cache, asked, get, answer };
}

async function warmCache(email: string) {
  const made = newCache();
  const first = made.get();
  await made.answer(0, email);
  await first;
  return made;
}

describe('an entry in use', () => {
  it('is renewed once, in the second half of its TTL, and nobody waits for it', async () => {
    const { asked, get, answer } = await warmCache('old');
    await after(1_900);
    await get();
    expect(asked).toHaveLength(1);
    await after(200);
    for (let times = 0; times < 3; times++) expect(await get()).toMatchObject({ email: 'old' });
    expect(asked).toHaveLength(2);
    await answer(1, 'new');
    expect(await get()).toMatchObject({ email: 'new' });
    // Long after the first entry expired.
    await after(1_900);
    expect(await get()).toMatchObject({ email: 'new' });
    expect(asked).toHaveLength(2);
  });

  it('is valid from when it was requested, not from when it arrived', async () => {
    const { asked, get, answer } = await warmCache('old');
    await after(2_500);
    await get();
    await after(1_400);
    await answer(1, 'new');
    await after(2_500);
    expect(await get()).toMatchObject({ email: 'new' });
    await after(200);
    // More than 4 s after it was requested, so the next call has to wait.
    const late = get();
    expect(asked).toHaveLength(4);
    await answer(3, null);
    expect(await late).toBeNull();
  });

  it('is dropped when the database no longer knows it', async () => {
    const { asked, get, answer } = await warmCache('old');
    await after(2_100);
    await get();
    await answer(1, null);
    const next = get();
    expect(asked).toHaveLength(3);
    await answer(2, null);
    expect(await next).toBeNull();
  });

  it('stays for its TTL when the database fails, and the next call tries again', async () => {
    const { asked, get } = await warmCache('old');
    await after(2_100);
    await get();
    asked[1]?.reject(new Error('away'));
    await after(1);
    expect(await get()).toMatchObject({ email: 'old' });
    expect(asked).toHaveLength(3);
    asked[2]?.reject(new Error('away'));
    await after(2_000);
    const next = get();
    asked[3]?.reject(new Error('away'));
    await expect(next).rejects.toThrow('away');
  });

  it('is not renewed with a result requested before a revocation and received after it', async () => {
    const { cache, asked, get, answer } = await warmCache('old');
    await after(2_100);
    await get();
    cache.forget('u');
    await answer(1, 'revoked');
    const next = get();
    await after(1);
    expect(asked).toHaveLength(3);
    await answer(2, null);
    expect(await next).toBeNull();
  });
});
