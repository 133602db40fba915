import { AccountLinkPage } from '#features/account-links/account-link-page.tsx';

export default function Page() {
  return <AccountLinkPage />;
}
