import { describe, expect, it } from 'vitest';
import { useCacheClock } from '../test/cache-clock.ts';
import type { Principal } from './principal.ts';
import { PrincipalCache } from './principal-cache.ts';

const principal = (username: string): Principal => ({
  userId: 'u',
  username,
  credential: { kind: 'api', id: 'c', clusterId: null, expiresAt: new Date(8.64e15), scopes: null },
  memberships: [],
});

const after = useCacheClock();

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
  const answer = async (nth: number, username: string | null): Promise<void> => {
    asked[nth]?.resolve(username === null ? null : principal(username));
    await after(1);
  };
  return { cache, asked, get, answer };
}

async function warmCache(username: string) {
  const made = newCache();
  const first = made.get();
  await made.answer(0, username);
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
    for (let times = 0; times < 3; times++) expect(await get()).toMatchObject({ username: 'old' });
    expect(asked).toHaveLength(2);
    await answer(1, 'new');
    expect(await get()).toMatchObject({ username: 'new' });
    // Long after the first entry expired.
    await after(1_900);
    expect(await get()).toMatchObject({ username: 'new' });
    expect(asked).toHaveLength(2);
  });

  it('is valid from when it was requested, not from when it arrived', async () => {
    const { asked, get, answer } = await warmCache('old');
    await after(2_500);
    await get();
    await after(1_400);
    await answer(1, 'new');
    await after(2_500);
    expect(await get()).toMatchObject({ username: 'new' });
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
    expect(await get()).toMatchObject({ username: 'old' });
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

describe('an entry', () => {
  it('is not made by a refusal: those who wait for it are refused, and the next call asks again', async () => {
    const { asked, get, answer } = newCache();
    const waiting = [get(), get()];
    await answer(0, null);
    expect(await Promise.all(waiting)).toEqual([null, null]);
    const next = get();
    expect(asked).toHaveLength(2);
    await answer(1, 'new');
    expect(await next).toMatchObject({ username: 'new' });
  });

  it('is renewed from exactly half of its TTL on', async () => {
    const { asked, get } = await warmCache('old');
    await after(1_998);
    await get();
    expect(asked).toHaveLength(1);
    await after(1);
    await get();
    expect(asked).toHaveLength(2);
  });

  it('stays when an older look-up, which took longer than the TTL, ends with a refusal', async () => {
    const { asked, get, answer } = newCache();
    const slow = get();
    await after(4_001);
    const next = get();
    await answer(1, 'new');
    await answer(0, null);
    expect([await slow, await next]).toEqual([null, principal('new')]);
    await get();
    expect(asked).toHaveLength(2);
  });

  it('stays when the renewal of the one before it arrives late', async () => {
    const { cache, asked, get, answer } = await warmCache('old');
    await after(2_100);
    await get();
    cache.forget('u');
    const next = get();
    await after(1);
    await answer(2, 'new');
    await answer(1, 'revoked');
    expect([await next, await get()]).toEqual([principal('new'), principal('new')]);
    expect(asked).toHaveLength(3);
  });
});

describe('after a revocation', () => {
  it('calls that waited for the same older look-up share one new look-up', async () => {
    const { cache, asked, get, answer } = newCache();
    const waiting = [get(), get(), get()];
    cache.forget('u');
    await answer(0, 'revoked');
    expect(asked).toHaveLength(2);
    await answer(1, 'new');
    // The first call was made before the revocation, and asked itself.
    expect(await Promise.all(waiting)).toEqual([principal('revoked'), principal('new'), principal('new')]);
  });

  it('no older result is valid, for as long as it could be cached', async () => {
    const { cache, asked, get, answer } = newCache();
    const slow = get();
    cache.forget('u');
    await after(3_000);
    await answer(0, 'revoked');
    await slow;
    const next = get();
    await after(1);
    expect(asked).toHaveLength(2);
    await answer(1, null);
    expect(await next).toBeNull();
  });

  it('of more people than are kept track of, no older result is valid', async () => {
    const { cache, asked, get, answer } = await warmCache('revoked');
    cache.forget('u');
    for (let count = 0; count < 10; count += 1) cache.forget(`other ${count}`);
    const next = get();
    expect(asked).toHaveLength(2);
    await answer(1, null);
    expect(await next).toBeNull();
  });
});
