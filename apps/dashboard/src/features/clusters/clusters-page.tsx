'use client';
import { Page } from '#components/ui/page.tsx';

export function ClustersPage() {
  return <Page title="Clusters">{null}</Page>;
}
