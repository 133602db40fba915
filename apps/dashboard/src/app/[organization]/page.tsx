import { ClustersPage } from '#features/clusters/clusters-page.tsx';

export default function Page() {
  return <ClustersPage />;
}
