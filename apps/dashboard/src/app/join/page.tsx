import { JoinPage } from '#features/join/join-page.tsx';

export default function Page() {
  return <JoinPage />;
}
