import type { Metadata } from 'next';
import { ObjectPage } from '#features/objects/object-page.tsx';

export async function generateMetadata({
  params,
}: {
  params: Promise<{ resource: string; name: string; cluster: string }>;
}): Promise<Metadata> {
  const { resource, name, cluster } = await params;
  return { title: [name, resource, cluster].map(decodeURIComponent).join(' · ') };
}

export default function Page() {
  return <ObjectPage />;
}
