import { AccessPage } from '#features/access/access-page.tsx';

export default function Page() {
  return <AccessPage />;
}
