import { CookieJar } from './browser-cookies.ts';
import type { GatewayHarness, Reply } from './gateway-harness.ts';

/** A browser on one of our pages, which keeps its cookies. */
export interface TestBrowser {
  cookies: CookieJar;
  ask(method: string, path: string, body?: unknown): Promise<Reply>;
  get(path: string): Promise<Reply>;
  post(path: string, body?: unknown): Promise<Reply>;
}

/** Paths are relative to `/api/v1`. */
export function openBrowser(
  harness: Pick<GatewayHarness, 'ask' | 'origin'>,
  { cookies = new CookieJar(), userAgent = '' } = {},
): TestBrowser {
  const ask = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const cookie = String(cookies);
    const reply = await harness.ask(method, `/api/v1${path}`, {
      headers: { origin: harness.origin, 'user-agent': userAgent },
      ...(cookie === '' ? {} : { cookie }),
      ...(body === undefined ? {} : { body }),
    });
    cookies.keep(reply);
    return reply;
  };
  return {
    cookies,
    ask,
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
  };
}
