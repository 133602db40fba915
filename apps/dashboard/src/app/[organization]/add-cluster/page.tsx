import { AddClusterPage } from '#features/clusters/add-cluster-page.tsx';

export const metadata = { title: 'Add a cluster' };

export default function Page() {
  return <AddClusterPage />;
}
