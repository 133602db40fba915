'use client';
import type { Permission } from '@postern/contracts';
import { useMemo } from 'react';
import { usePermissions } from './use-permission.ts';

/** Those of some links and actions that the person's role in the organization allows; most need no permission. */
export function usePermitted<T extends { readonly permission?: Permission }>(
  organization: string,
  offered: readonly T[],
): readonly T[] {
  const permissions = usePermissions(organization);
  return useMemo(
    () => offered.filter(({ permission }) => permission === undefined || permissions.includes(permission)),
    [offered, permissions],
  );
}
