import Link from 'next/link';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';

export default function NotFound() {
  return (
    <EmptyState
      of="page"
      title="There is no such page"
      action={
        <Button asChild variant="primary">
          <Link href="/">Go to your clusters</Link>
        </Button>
      }
    >
      The address may be mistyped, or what it showed is gone.
    </EmptyState>
  );
}
