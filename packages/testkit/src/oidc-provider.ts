import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type AccountClaims } from 'oidc-provider';

/** A real OpenID Connect provider on loopback. Whoever comes is signed in at once, as `person`. */
export interface TestProvider {
  issuer: string;
  /** The claims of whoever signs in next. */
  person: AccountClaims;
  /** Signs in at an address of `startOidc`. @returns the query with which the provider redirects to us. */
  visit(url: string): Promise<string>;
  stop(): Promise<void>;
}

export const testClient = { clientId: 'postern', clientSecret: 'a secret of the test client' };

/** @param redirectUri where it may redirect. */
export async function startTestProvider(redirectUri: string): Promise<TestProvider> {
  let handle: ReturnType<Provider['callback']> | undefined;
  const server: Server = createServer((request, response) => void handle?.(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const test: TestProvider = {
    issuer,
    person: { sub: 'nobody' },
    visit: (url) => visit(url, redirectUri),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const provider = new Provider(issuer, {
    clients: [{ client_id: testClient.clientId, client_secret: testClient.clientSecret, redirect_uris: [redirectUri] }],
    claims: { openid: ['sub', 'groups', 'amr'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ ...test.person, sub: id }) }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    conformIdTokenClaims: false,
    cookies: { keys: ['of the test'] },
  });
  const serve = provider.callback();
  handle = async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return serve(request, response);
    const { prompt, session, params, grantId } = await provider.interactionDetails(request, response);
    const amr = Array.isArray(test.person.amr) ? (test.person.amr as string[]) : [];
    if (prompt.name === 'login')
      return provider.interactionFinished(request, response, { login: { accountId: test.person.sub, amr } });
    const grant =
      (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
      new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params.client_id) });
    grant.addOIDCScope(String(params.scope));
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  };
  return test;
}

/** Follows redirects as a browser does, with cookies, up to the one that leads to us. */
async function visit(start: string, redirectUri: string): Promise<string> {
  const cookies = new Map<string, string>();
  for (let url = start, steps = 0; steps < 10; steps += 1) {
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const reply = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = reply.headers.get('location');
    if (location === null) throw new Error(`the provider answered ${reply.status}: ${await reply.text()}`);
    if (location.startsWith(redirectUri)) return new URL(location).search;
    url = new URL(location, url).href;
  }
  throw new Error('the provider redirects without end');
}
