'use client';
import { ErrorState } from '#components/ui/error-state.tsx';

/** Shown for a bug on a page; the frame around it stays. */
export default function PageError({ reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <ErrorState title="Something went wrong on this page." onRetry={reset}>
      Something went wrong in the dashboard itself; your cluster is not touched. If trying again does not help, load the
      page anew.
    </ErrorState>
  );
}
