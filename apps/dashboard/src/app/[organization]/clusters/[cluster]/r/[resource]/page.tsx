import type { Metadata } from 'next';
import { TablePage } from '#features/browser/table-page.tsx';

export async function generateMetadata({
  params,
}: {
  params: Promise<{ resource: string; cluster: string }>;
}): Promise<Metadata> {
  const { resource, cluster } = await params;
  return { title: `${decodeURIComponent(resource)} · ${decodeURIComponent(cluster)}` };
}

export default function Page() {
  return <TablePage />;
}
