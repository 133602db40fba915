'use client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { deferredCode, useDeferredCode } from '#components/deferred.tsx';
import { sharedValue } from '#components/shared-value.ts';
import type { Permission, Rights } from '#features/actions/permission.ts';

// No page needs it to be painted. Until it is there, nothing is known.
const code = deferredCode(() => import('./ask-rights.ts').then(({ askRights }) => askRights));

/** What is known of the person's rights. Replaced whenever more becomes known. */
const known = sharedValue<{ rights: Rights }>({ rights: () => undefined });

/** What the person is missing of some rights, as far as that is known; see `ask-rights`. */
export function useRights(permissions: readonly Permission[]): Rights {
  const client = useQueryClient();
  const askRights = useDeferredCode(code).content;
  const wanted = JSON.stringify(permissions);
  useEffect(() => {
    const asked: Permission[] = JSON.parse(wanted);
    if (asked.length > 0) void askRights?.(client, asked, (rights) => known.set({ rights }));
  }, [askRights, client, wanted]);
  return known.use().rights;
}
