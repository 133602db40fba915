import { routes } from '@postern/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayHarness, startGatewayHarness } from '../test/gateway-harness.ts';

let harness: GatewayHarness;
beforeAll(async () => {
  harness = await startGatewayHarness();
});
afterAll(() => harness.stop());

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1 and has every operation', async () => {
    const { status, json } = await harness.ask('GET', '/api/openapi.json');
    expect(status).toBe(200);
    expect(json.openapi).toBe('3.1.0');
    const result = await new Validator().validate(json);
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    const ids = Object.values<Record<string, { operationId: string }>>(json.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(ids.toSorted()).toEqual(Object.keys(routes).toSorted());
  });

  it('contains everything that it refers to', async () => {
    const { json, text } = await harness.ask('GET', '/api/openapi.json');
    const references = [...text.matchAll(/"\$ref":\s*"([^"]+)"/g)].map(([, reference = '']) => reference);
    expect(references.length).toBeGreaterThan(30);
    for (const reference of references) {
      expect(reference).toMatch(/^#\/components\/schemas\/\w+$/);
      expect(json.components.schemas).toHaveProperty(reference.split('/').at(-1) ?? '');
    }
    expect(json.components.schemas.SignUpRequest).toMatchObject({ additionalProperties: false });
  });

  it('has a page that loads nothing from other origins', async () => {
    const page = await harness.ask('GET', '/api/docs');
    expect(page.status).toBe(200);
    expect(page.text).toContain('<title>Postern API</title>');
    const tag = String(page.headers.etag);
    expect((await harness.ask('GET', '/api/docs', { headers: { 'if-none-match': tag } })).status).toBe(304);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
    expect(sources.length).toBeGreaterThan(2);
    for (const source of sources.filter((source) => !source.startsWith('data:'))) {
      const url = new URL(source, `${harness.origin}/api/docs`);
      expect(url.origin).toBe(harness.origin);
      expect([source, (await harness.ask('GET', url.pathname)).status]).toEqual([source, 200]);
    }
    const policy = String(page.headers['content-security-policy']);
    const scripts = /script-src ([^;]+)/.exec(policy)?.[1]?.split(' ') ?? [];
    expect(scripts).toContain(`${new URL(harness.origin).host}/api/docs/`);
    for (const source of scripts) expect(source).toMatch(/^[a-z0-9.:-]+\/api\/docs\/$/);
    expect(policy).toContain("default-src 'none'");
  });

  it('is not sent again to a client that has it, and is sent compressed', async () => {
    for (const path of ['/api/openapi.json', '/api/docs/swagger-ui.css', '/api/docs/swagger-ui-bundle.js']) {
      const whole = await harness.ask('GET', path);
      expect([whole.status, whole.headers['cache-control']]).toEqual([200, 'no-cache']);
      const again = await harness.ask('GET', path, { headers: { 'if-none-match': String(whole.headers.etag) } });
      expect([again.status, again.text]).toEqual([304, '']);
      expect(again.headers['content-security-policy']).toBe(whole.headers['content-security-policy']);
      const packed = await harness.ask('GET', path, { headers: { 'accept-encoding': 'gzip, br' } });
      expect([packed.headers['content-encoding'], packed.headers['vary']]).toEqual(['br', 'accept-encoding']);
      expect(Number(packed.headers['content-length'])).toBeLessThan(whole.text.length / 2);
      const head = await harness.ask('HEAD', path);
      expect([head.status, head.text, head.headers.etag]).toEqual([200, '', whole.headers.etag]);
    }
  });

  it('serves no other file of the Swagger UI package', async () => {
    for (const file of ['swagger-ui-bundle.js.map', 'package.json', 'index.html', 'README.md', 'oauth2-redirect.html'])
      expect([file, (await harness.ask('GET', `/api/docs/${file}`)).status]).toEqual([file, 404]);
  });
});
