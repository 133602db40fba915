import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatewayHarness, type Person, startGatewayHarness } from '../test/gateway-harness.ts';

let harness: GatewayHarness;
let ada: Person;

beforeAll(async () => {
  harness = await startGatewayHarness({ POSTERN_STREAMS_PER_USER: '1' });
  ada = await harness.signUp('ada');
  await harness.createCluster(ada, 'shop');
});
afterAll(() => harness.stop());

const poll = (since?: string, { token, slug } = ada) =>
  harness.ask('GET', `/api/v1/organizations/${slug}/cluster-changes${since === undefined ? '' : `?since=${since}`}`, {
    token,
  });

/** A poll that the gateway holds back: as the only open request that the person may have, it keeps others out. */
async function held(since: string, person = ada): Promise<{ answer: ReturnType<typeof poll> }> {
  for (;;) {
    let isOver = false;
    const answer = poll(since, person).finally(() => {
      isOver = true;
    });
    // Our own look at it may have taken the only place.
    while (!isOver) if ((await poll()).status === 429) return { answer };
  }
}

it('answers with the list, and again when it changes', async () => {
  const { status, json } = await poll();
  expect(status).toBe(200);
  expect(json.items.map(({ name }: { name: string }) => name)).toEqual(['shop']);
  const { answer } = await held(json.version);
  const labels = { team: 'payments' };
  await harness.ask('PATCH', '/api/v1/organizations/ada/clusters/shop', { token: ada.token, body: { labels } });
  expect((await answer).json.items).toMatchObject([{ name: 'shop', labels }]);
});

it('is for members only, and refuses what is no version', async () => {
  const eve = await harness.signUp('eve');
  expect((await poll(undefined, { ...eve, slug: 'ada' })).status).toBe(404);
  expect((await poll(undefined, { ...ada, token: '' })).status).toBe(401);
  expect((await poll('a%0ab')).status).toBe(400);
});

it('ends within 5 s of the end of its credential', async () => {
  const { version } = (await poll()).json;
  const { json } = await harness.ask('POST', '/api/v1/organizations/ada/tokens', {
    token: ada.token,
    body: { name: 'poll', expiresInSeconds: 3_600 },
  });
  const { answer } = await held(version, { ...ada, token: json.secret });
  await harness.ask('DELETE', `/api/v1/organizations/ada/tokens/${json.token.id}`, { token: ada.token });
  const late = delay(5_000, { status: 'late' as const }, { ref: false });
  expect((await Promise.race([answer, late])).status).toBe(401);
});

it('answers a ping to whoever is signed in', async () => {
  expect((await harness.ask('GET', '/api/v1/ping', { token: ada.token })).status).toBe(204);
  expect((await harness.ask('GET', '/api/v1/ping')).status).toBe(401);
});
