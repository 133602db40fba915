import { Home } from '#features/browser-session/home.tsx';

export default function HomePage() {
  return <Home />;
}
