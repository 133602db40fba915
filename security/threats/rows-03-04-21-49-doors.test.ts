import { type Route, routes } from '@postern/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routePath } from '../../apps/gateway/src/test/route-path.ts';
import { type Product, startProduct } from './harness.ts';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product[Symbol.asyncDispose]());

/** Sends a request without a credential. @returns its status, the text, and what reached the apiserver. */
const send = (line: string, headers: string[] = []): ReturnType<Product['raw']> =>
  product.raw(
    [`${line} HTTP/1.1`, `Host: localhost:${product.gateway.port}`, 'Connection: close', ...headers, '', ''].join(
      '\r\n',
    ),
  );

const closed: [string, string][] = [
  ['the REST API', '/api/v1/organizations/owner/clusters'],
  ['one’s own account', '/api/v1/account'],
  ['the audit trail', '/api/v1/organizations/owner/audit'],
  ['the cluster', '/k8s/owner/prod/api/v1/secrets'],
];
const each = (headers: string[]): [string, string, string][] =>
  headers.flatMap((header) => closed.map(([what, path]): [string, string, string] => [header, what, path]));

describe('threat 3: headers of a proxy that nobody trusts', () => {
  it.each(
    each([
      'X-Forwarded-Uri: /healthz',
      'X-Original-URL: /healthz',
      'X-Rewrite-URL: /api/v1/meta',
      'X-Forwarded-User: owner@example.com',
      'X-Forwarded-Prefix: /api/v1/meta',
      'Forwarded: for=127.0.0.1;proto=https',
      'X-Forwarded-For: 127.0.0.1',
      'X-HTTP-Method-Override: OPTIONS',
    ]),
  )('threat 3: %s does not open %s', async (header, _what, path) => {
    expect(await send(`GET ${path}`, [header])).toMatchObject({ answer: 401, api: [] });
  });
});

describe('threat 4: exemptions by header', () => {
  it.each(
    each([
      'User-Agent: kube-probe/1.30',
      'User-Agent: GoogleHC/1.0',
      'User-Agent: ELB-HealthChecker/2.0',
      'User-Agent: Prometheus/2.50.0',
      'X-Health-Check: 1',
    ]),
  )('threat 4: %s does not open %s', async (header, _what, path) => {
    expect(await send(`GET ${path}`, [header])).toMatchObject({ answer: 401, api: [] });
  });
});

describe('threat 49: headers inside Next.js', () => {
  it.each(
    each([
      'x-middleware-subrequest: middleware:middleware:middleware:middleware:middleware',
      'x-middleware-subrequest: src/middleware',
      'x-nextjs-data: 1',
      'rsc: 1',
    ]),
  )('threat 49: %s does not open %s', async (header, _what, path) => {
    expect(await send(`GET ${path}`, [header])).toMatchObject({ answer: 401, api: [] });
  });

  it.each(closed)('threat 49: a path that ends in .rsc does not open %s', async (_what, path) => {
    const { answer, text, api } = await send(`GET ${path}.rsc`);
    expect([401, 404]).toContain(answer);
    expect(text).not.toContain('prod');
    expect(api).toEqual([]);
  });
});

const spellings: Record<string, (route: Route, path: string) => string> = {
  'as it is': ({ method }, path) => `${method} ${path}`,
  'by HEAD': (_route, path) => `HEAD ${path}`,
  'with a slash at the end': ({ method }, path) => `${method} ${path}/`,
  'with a doubled slash': ({ method }, path) => `${method} ${path.replace('/v1/', '/v1//')}`,
  'in capitals': ({ method }, path) => `${method} ${path.toUpperCase()}`,
  'with a fragment': ({ method }, path) => `${method} ${path}#x`,
  'with a parameter of the path': ({ method }, path) => `${method} ${path};x=1`,
  'with an encoded slash': ({ method }, path) => `${method} ${path.replace('/v1/', '/v1%2f')}`,
};

describe('threat 21: other spellings of a route', () => {
  const closedRoutes = Object.entries<Route>(routes).filter(([, { access }]) => access !== 'public');
  const cases = closedRoutes.flatMap(([id, route]) =>
    Object.keys(spellings).map((spelling): [string, string, Route] => [id, spelling, route]),
  );

  it.each(cases)('threat 21: %s %s needs a credential', async (_id, spelling, route) => {
    const path = routePath(route, { organization: 'owner', cluster: 'prod' });
    const { answer, text, api } = await send(spellings[spelling]?.(route, path) ?? '', ['Content-Length: 0']);
    expect(spelling === 'as it is' ? [401] : [400, 401, 404, 405]).toContain(answer);
    expect(text).not.toContain('prod');
    expect(api).toEqual([]);
  });

  it('threat 21: a route that is open answers', async () => {
    expect(await send('GET /api/v1/meta')).toMatchObject({ answer: 200 });
  });
});
