import type { ReactNode } from 'react';
import { ClusterGate } from '#features/clusters/cluster-gate.tsx';

export default function Layout({ children }: { children: ReactNode }) {
  return <ClusterGate>{children}</ClusterGate>;
}
