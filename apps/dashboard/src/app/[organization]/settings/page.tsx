import { SettingsPage } from '#features/organization/settings-page.tsx';

export default function Page() {
  return <SettingsPage />;
}
