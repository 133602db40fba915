import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Link } from '#features/router/link.tsx';

/** For a URL without a page. Generated at build time, without the frame; served with status 404. */
export default function NotFound() {
  return (
    <main className="pt-[14vh]">
      <title>Not found · Postern</title>
      <EmptyState
        of="page"
        title="Page not found"
        action={
          <Button asChild variant="primary">
            <Link href="/">Go to your clusters</Link>
          </Button>
        }
      >
        The address may be mistyped, or what it showed is gone.
      </EmptyState>
    </main>
  );
}
