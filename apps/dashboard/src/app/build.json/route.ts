import { build } from '#features/new-build/build.ts';

export const dynamic = 'force-static';

/** Names the build that is served now, for pages that were loaded from an earlier one. */
export function GET(): Response {
  return Response.json({ build }, { headers: { 'cache-control': 'no-store' } });
}
