import { brotliCompressSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, openPage } from './chromium.ts';

const url = inject('url');

/**
 * The most that a page may load before it is shown, in bytes: its document and the scripts and style sheets that it names, each
 * compressed with Brotli. Rather than raise a limit, load later what is not needed to show the page.
 */
const limits: [path: string, bytes: number][] = [
  ['/sign-in', 239_490],
  ['/sign-up', 240_576],
  ['/', 236_715],
  ['/acme', 244_538],
  ['/acme/add-cluster', 246_925],
  ['/acme/tokens', 243_882],
  ['/acme/sessions', 241_983],
  ['/acme/clusters/demo', 258_971],
  ['/acme/clusters/demo/r/pods', 272_671],
  ['/acme/clusters/demo/r/pods/shop/web', 283_960],
  ['/acme/no/such/page', 236_350],
];

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await openPage(browser);
});
afterAll(() => browser.close());

/** By path, because pages share most files. */
const files = new Map<string, Promise<number>>();

function fileBytes(path: string): Promise<number> {
  const known = files.get(path) ?? compressedBytes(path).then(({ bytes }) => bytes);
  files.set(path, known);
  return known;
}

async function compressedBytes(path: string): Promise<{ bytes: number; text: string }> {
  const response = await page.request.get(`${url}${path}`, { maxRedirects: 0 });
  const body = await response.body();
  return { bytes: brotliCompressSync(body).byteLength, text: body.toString() };
}

it.each(limits)('%s loads at most %i bytes first', async (path, most) => {
  const html = await compressedBytes(path);
  const names = new Set(
    [...html.text.matchAll(/(?:src|href)="(\/_next\/static\/[^"?]+\.(?:js|css))/g)].map(([, name = '']) => name),
  );
  expect(names.size).toBeGreaterThan(10);
  let bytes = html.bytes;
  for (const name of names) bytes += await fileBytes(name);
  expect(bytes).toBeLessThanOrEqual(most);
});
