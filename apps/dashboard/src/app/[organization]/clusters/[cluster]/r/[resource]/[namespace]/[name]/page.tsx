import { ObjectPage } from '#features/objects/object-page.tsx';

export default function Page() {
  return <ObjectPage />;
}
