'use client';
import { useMe } from '#features/browser-session/use-me.ts';
import { draftKey } from '#features/drafts/draft-key.ts';

/** The key of the signed-in person's draft; undefined until it is known who that is. */
export function useDraftKey(
  { organization, cluster }: { organization: string; cluster: string },
  ...object: readonly string[]
): string | undefined {
  const user = useMe().data?.user.id;
  return user === undefined ? undefined : draftKey({ user, organization, cluster, object });
}
