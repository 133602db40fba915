import { TablePage } from '#features/browser/table-page.tsx';

export default function Page() {
  return <TablePage />;
}
