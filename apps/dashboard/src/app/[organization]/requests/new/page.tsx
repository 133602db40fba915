import { NewRequestPage } from '#features/access/new-request-page.tsx';

export default function Page() {
  return <NewRequestPage />;
}
