'use client';
import type { ReactNode } from 'react';
import { useLocation } from '#features/address/use-location.ts';
import { ClusterGate } from '#features/clusters/cluster-gate.tsx';
import { useFirstRoute, usePathname, useRoute } from '#features/router/use-address.ts';
import { PageErrorBoundary } from './page-error-boundary.tsx';
import { pages } from './pages.tsx';

/** The page at the current address. `children` is the page that the document was loaded with, whose code is there already. */
export function CurrentPage({ children }: { children: ReactNode }) {
  const pathname = usePathname();
  const { cluster } = useLocation();
  const name = useRoute()?.name;
  const first = useFirstRoute()?.name;
  const Page = name === undefined || name === first ? undefined : pages[name];
  const page = <PageErrorBoundary key={pathname}>{Page === undefined ? children : <Page />}</PageErrorBoundary>;
  return name === undefined || cluster === undefined ? page : <ClusterGate key={cluster}>{page}</ClusterGate>;
}
