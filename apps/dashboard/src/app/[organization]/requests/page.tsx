import { RequestsPage } from '#features/access/requests-page.tsx';

export default function Page() {
  return <RequestsPage />;
}
