import { beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../access/refusal.ts';
import type { Principal } from '../identity/principal.ts';
import { FakeAuthenticator } from '../test/fakes.ts';
import { authenticate } from './authenticate.ts';

const publicOrigin = 'https://localhost:1';

let authenticator: FakeAuthenticator;
beforeEach(() => {
  authenticator = new FakeAuthenticator();
  for (const kind of ['browser', 'api'] as const) {
    const credential = { kind, id: kind, clusterId: null, expiresAt: new Date(0), scopes: null };
    const principal: Principal = { userId: 'ada', username: 'ada@example.com', credential, memberships: [] };
    authenticator.principals.set(kind, principal);
  }
});

type Sent = Parameters<typeof authenticate>[0];

const ask = (request: Sent): Promise<Principal> => authenticate(request, { authenticator, publicOrigin });

describe('a browser', () => {
  const cookie = 'session=browser';

  it.each<Sent>([
    { headers: {} },
    { method: 'GET', headers: { 'sec-fetch-dest': 'document' } },
    { method: 'DELETE', headers: { origin: publicOrigin } },
  ])('may send %j', async ({ headers, ...more }) => {
    const { credential } = await ask({ ...more, headers: { cookie, ...headers } });
    expect(credential.kind).toBe('browser');
  });

  it('is refused a request from another site', async () => {
    const request = { method: 'DELETE', headers: { cookie, origin: 'https://evil.example' } };
    await expect(ask(request)).rejects.toThrow(refusal(403, 'The request came from another site and was refused.'));
  });

  it('is refused content that a page would run', async () => {
    const request = { method: 'GET', headers: { cookie, 'sec-fetch-dest': 'script' } };
    await expect(ask(request)).rejects.toThrow(
      refusal(403, 'The answer of a cluster cannot be loaded as a script, stylesheet, frame or image.'),
    );
  });
});

it('asks nothing more of a program', async () => {
  const headers = { authorization: 'Bearer api', origin: 'https://evil.example', 'sec-fetch-dest': 'script' };
  expect((await ask({ method: 'DELETE', headers })).credential.kind).toBe('api');
});

it('refuses a request without a valid credential, and says how to get one', async () => {
  await expect(ask({ method: 'GET', headers: {} })).rejects.toThrow(
    refusal(
      401,
      'Your Postern credential is missing or has expired: run `postern login`, or download a new kubeconfig from the dashboard.',
    ),
  );
});
