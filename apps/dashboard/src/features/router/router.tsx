'use client';
// The only use of Next's navigation: it knows the path that it renders on the server.
import { usePathname as useRenderedPathname } from 'next/navigation';
import { type ReactNode, useEffect, useMemo } from 'react';
import { followHistory } from './address-bar.ts';
import { Arrival } from './arrival.tsx';
import { RenderedAddress } from './use-address.ts';

/**
 * Next renders the first page of a document; from then on, every move between pages is made here, in the browser, without a
 * request.
 */
export function Router({ children }: { children: ReactNode }) {
  const pathname = useRenderedPathname();
  const rendered = useMemo(() => ({ pathname, search: '' }), [pathname]);
  useEffect(followHistory, []);
  return (
    <RenderedAddress value={rendered}>
      {children}
      <Arrival />
    </RenderedAddress>
  );
}
