import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';

const url = inject('url');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe('a path without a page', () => {
  it.each(['/acme/nothing', '/acme/sessions/1', '/acme/clusters/demo/x', '/sign-in/x', '/_next/x'])(
    '%s responds with 404 and says so',
    async (path) => {
      const page = await openPage(browser);
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      const response = await page.goto(`${url}${path}`);
      expect(response?.status()).toBe(404);
      await page.getByRole('main').getByRole('heading', { name: 'Page not found' }).waitFor();
      await page.getByRole('link', { name: 'Go to your clusters' }).click();
      await page.waitForURL(`${url}/sign-in`);
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );
});

describe('a shortened path', () => {
  it.each([
    ['/acme/clusters', '/acme'],
    ['/acme/clusters/demo/r', '/acme/clusters/demo'],
    ['/acme/clusters/demo/r/deployments.apps/shop', '/acme/clusters/demo/r/deployments.apps?ns=shop'],
    ['/acme/clusters/demo/r/nodes/-', '/acme/clusters/demo/r/nodes'],
  ])('%s redirects to %s', async (path, target) => {
    const page = await openPage(browser);
    const response = await page.request.get(`${url}${path}`, { maxRedirects: 0 });
    expect(response.status()).toBe(307);
    expect(new URL(response.headers()['location'] ?? '', url).href).toBe(`${url}${target}`);
    await page.context().close();
  });
});
