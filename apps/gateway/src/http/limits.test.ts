import type { CreatedToken } from '@postern/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type GatewayHarness,
  type Person,
  password,
  type Reply,
  startGatewayHarness,
} from '../test/gateway-harness.ts';

let harness: GatewayHarness;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  harness = await startGatewayHarness({
    POSTERN_REQUESTS_PER_USER: '16',
    POSTERN_REQUESTS_PER_ORGANIZATION: '9',
    POSTERN_CLUSTERS_PER_ORGANIZATION: '3',
    POSTERN_TOKENS_PER_USER: '4',
  });
  ada = await harness.signUp('ada');
  bob = await harness.signUp('bob');
});
afterAll(() => harness.stop());

const asAda = (method: string, path: string, body?: unknown): Promise<Reply> =>
  harness.ask(method, `/api/v1/organizations/${ada.slug}${path}`, {
    token: ada.token,
    ...(body === undefined ? {} : { body }),
  });

function expectLimited(reply: Reply, code: string): void {
  expect(reply).toMatchObject({ status: 429, json: { error: { code } } });
  expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
}

describe('rows', () => {
  it('clusters per organization are limited, also when created concurrently', async () => {
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, index) => asAda('POST', '/clusters', { name: `c${index}` })),
    );
    const made = replies.filter(({ status }) => status === 201);
    expect(made).toHaveLength(3);
    for (const reply of replies.filter(({ status }) => status !== 201)) expectLimited(reply, 'limit-reached');
    await asAda('DELETE', `/clusters/${made[0]?.json.cluster.name}`);
    expect((await asAda('POST', '/clusters', { name: 'after' })).status).toBe(201);
    expect((await harness.createCluster(bob, 'prod')).cluster.name).toBe('prod');
  });

  it('tokens per person are limited, including kubeconfigs and sign-ins by command line', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => asAda('POST', '/tokens', { name: 't' })));
    const made = replies.filter(({ status }) => status === 201).map(({ json }) => json as CreatedToken);
    // The fourth is the token that she signed up with.
    expect(made).toHaveLength(3);
    for (const reply of replies.filter(({ status }) => status !== 201)) expectLimited(reply, 'limit-reached');
    expectLimited(await asAda('POST', '/clusters/after/kubeconfig', {}), 'limit-reached');
    const token = { name: 'cli', expiresInSeconds: 60 };
    const signIn = () => harness.ask('POST', '/api/v1/auth/sign-in', { body: { email: ada.email, password, token } });
    expectLimited(await signIn(), 'limit-reached');
    await asAda('DELETE', `/tokens/${made[0]?.token.id}`);
    expect((await signIn()).status).toBe(200);
  });

  it('join tokens per hour are limited, for each cluster separately', async () => {
    const statuses: number[] = [];
    let last: Reply | undefined;
    for (let count = 0; count < 31; count++) {
      last = await harness.ask('POST', `/api/v1/organizations/${bob.slug}/clusters/prod/join-tokens`, {
        token: bob.token,
      });
      statuses.push(last.status);
    }
    // One was created with the cluster.
    expect(statuses).toEqual([...Array(29).fill(201), 429, 429]);
    expectLimited(last as Reply, 'rate-limited');
    expect((await asAda('POST', '/clusters/after/join-tokens')).status).toBe(201);
  });
});

describe('requests', () => {
  /** Sends requests until one is refused. */
  async function exhaust(ask: () => Promise<Reply>): Promise<Reply> {
    for (let round = 0; round < 100; round++) {
      const replies = await Promise.all(Array.from({ length: 20 }, ask));
      const refusal = replies.find(({ status }) => status === 429);
      if (refusal !== undefined) return refusal;
    }
    throw new Error('never refused');
  }
  const me = ({ token }: Person): Promise<Reply> => harness.ask('GET', '/api/v1/auth/me', { token });

  it('to one organization are limited per second; its members may go on elsewhere', async () => {
    const refusal = await exhaust(() => asAda('GET', '/tokens'));
    expectLimited(refusal, 'rate-limited');
    expect(refusal.json.error.message).toContain('organization');
    expect((await me(bob)).status).toBe(200);
    expect((await me(ada)).status).toBe(200);
  });

  it('of one person are limited per second, whatever the credential', async () => {
    expectLimited(await exhaust(() => me(ada)), 'rate-limited');
    expect((await me(bob)).status).toBe(200);
  });

  it('of one person who goes on after 429 are delayed by a second each, and nobody else waits', async () => {
    await exhaust(() => me(ada));
    const began = performance.now();
    const waited: number[] = [];
    const asked = Array.from({ length: 150 }, async () => {
      if ((await me(ada)).status === 429) waited.push(performance.now() - began);
    });
    expect((await me(bob)).status).toBe(200);
    await Promise.all(asked);
    // 50 per second are refused at once, and those within the rate get 200.
    expect(waited.filter((ms) => ms > 990).length).toBeGreaterThan(20);
  });

  it.each<[string, () => Promise<Reply>]>([
    ['without a credential', () => harness.ask('GET', '/api/v1/meta')],
    ['with a wrong one', () => harness.ask('GET', '/api/v1/auth/me', { token: 'postern_x' })],
    ['with a wrong join token', () => harness.ask('POST', '/api/v1/agents/enroll', { token: 'x', body: {} })],
  ])('%s are limited per second and address, without refusing authenticated ones', async (_, ask) => {
    expectLimited(await exhaust(ask), 'rate-limited');
    expect((await me(bob)).status).toBe(200);
    for (const probe of ['/healthz', '/readyz']) expect((await harness.ask('GET', probe)).status).toBe(200);
  });
});
