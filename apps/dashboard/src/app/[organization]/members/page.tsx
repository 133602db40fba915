import { MembersPage } from '#features/members/members-page.tsx';

export default function Page() {
  return <MembersPage />;
}
