import { AddClusterPage } from '#features/clusters/add-cluster-page.tsx';

export default function Page() {
  return <AddClusterPage />;
}
