'use client';
import { useMemo } from 'react';
import { usePathname } from '#features/router/use-address.ts';
import { type Location, locationOf } from './location.ts';

/** The current location. */
export function useLocation(): Location {
  const pathname = usePathname();
  return useMemo(() => locationOf(pathname), [pathname]);
}
