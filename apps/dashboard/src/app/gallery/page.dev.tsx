import { Gallery } from '#features/gallery/gallery.tsx';

export const metadata = { title: 'Gallery', robots: { index: false } };

export default function Page() {
  return <Gallery />;
}
