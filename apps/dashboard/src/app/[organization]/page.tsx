import { ClustersPage } from '#features/clusters/clusters-page.tsx';

export const metadata = { title: 'Clusters' };

export default function Page() {
  return <ClustersPage />;
}
