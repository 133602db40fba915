import { SessionsPage } from '#features/sessions/sessions-page.tsx';

export const metadata = { title: 'Sessions' };

export default function Page() {
  return <SessionsPage />;
}
