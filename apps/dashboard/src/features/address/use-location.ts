'use client';
import { usePathname } from 'next/navigation';
import { useMemo } from 'react';
import { type Location, locationOf } from './location.ts';

/** The current location. */
export function useLocation(): Location {
  const pathname = usePathname();
  return useMemo(() => locationOf(pathname), [pathname]);
}
