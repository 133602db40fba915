import type { Metadata } from 'next';
import { OverviewPage } from '#features/overview/overview-page.tsx';

export async function generateMetadata({ params }: { params: Promise<{ cluster: string }> }): Promise<Metadata> {
  return { title: decodeURIComponent((await params).cluster) };
}

export default function Page() {
  return <OverviewPage />;
}
