'use client';
import { createContext, useContext, useMemo, useSyncExternalStore } from 'react';
import { useKindTitle } from '#features/kinds/use-kind-title.ts';
import { type Address, currentAddress, onAddress } from './address-bar.ts';
import { matchRoute, type RouteMatch } from './routes.ts';

/** The address for which the server rendered this document. It does not know the query, so that it can render pages in advance. */
export const RenderedAddress = createContext<Address>({ pathname: '/', search: '' });

/** The current address. */
function useAddress(): Address {
  const rendered = useContext(RenderedAddress);
  return useSyncExternalStore(onAddress, currentAddress, () => rendered);
}

/** The current path, as in the address bar. */
export const usePathname = (): string => useAddress().pathname;

/** The current query; empty in the first render of a document. */
export function useSearchParams(): Pick<URLSearchParams, 'get' | 'has'> {
  const { search } = useAddress();
  return useMemo(() => new URLSearchParams(search), [search]);
}

/** The page that the current path shows; undefined if it shows none. */
export function useRoute(): RouteMatch | undefined {
  const pathname = usePathname();
  const kindTitle = useKindTitle();
  return useMemo(() => matchRoute(pathname, kindTitle), [pathname, kindTitle]);
}

/** The page that this document was loaded with. */
export function useFirstRoute(): RouteMatch | undefined {
  const { pathname } = useContext(RenderedAddress);
  return useMemo(() => matchRoute(pathname), [pathname]);
}
