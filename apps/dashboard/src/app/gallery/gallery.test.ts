import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PHASE_DEVELOPMENT_SERVER, PHASE_PRODUCTION_BUILD, PHASE_PRODUCTION_SERVER } from 'next/constants.js';
import { createValidFileMatcher } from 'next/dist/server/lib/find-page-file.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import configure from '../../../next.config.mjs';

const dashboard = join(import.meta.dirname, '../../..');
const app = join(dashboard, 'src/app');
const built = join(dashboard, '.next');
/** A text of the gallery, which a minifier keeps. */
const WORDS = 'Every primitive in every state.';

/** The files that Next turns into pages. */
function pagesIn(phase: string): string[] {
  const matcher = createValidFileMatcher(configure(phase).pageExtensions ?? [], app);
  return readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((file) =>
    matcher.isAppRouterPage(join(app, file)),
  );
}

describe('the gallery', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  it('is a page in development only, unlike every other page', () => {
    const gallery = join('gallery', 'page.dev.tsx');
    expect(pagesIn(PHASE_DEVELOPMENT_SERVER)).toContain(gallery);
    for (const phase of [PHASE_PRODUCTION_BUILD, PHASE_PRODUCTION_SERVER]) {
      expect(pagesIn(phase)).toEqual(pagesIn(PHASE_DEVELOPMENT_SERVER).filter((file) => file !== gallery));
      expect(pagesIn(phase)).toContain(join('sign-in', 'page.tsx'));
    }
  });

  it('has no special path in production: it is read as an organization', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    vi.resetModules();
    const { locationOf } = await import('#features/address/location.ts');
    expect(locationOf('/gallery').organization).toBe('gallery');
    expect(locationOf('/sign-in').organization).toBeUndefined();
  });

  // `npm test` builds first; without a build there is nothing to check.
  it.runIf(existsSync(join(built, 'BUILD_ID')))('is in no route and no chunk of a production build', () => {
    const routes = readFileSync(join(built, 'server/app-paths-manifest.json'), 'utf8');
    expect(routes).toContain('/sign-in/page');
    expect(routes).not.toContain('gallery');
    const holding = ['static', 'server'].flatMap((folder) =>
      readdirSync(join(built, folder), { recursive: true, encoding: 'utf8' }).filter(
        (file) => /\.(?:js|html|rsc)$/.test(file) && readFileSync(join(built, folder, file), 'utf8').includes(WORDS),
      ),
    );
    expect(holding).toEqual([]);
  });
});
