'use client';
import { useEffect } from 'react';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { checkBuild, useNewBuild } from '#features/new-build/new-build.ts';

/** In place of a page whose code could not be loaded: because the gateway is away, or because a new build has replaced it. */
export function NotLoaded() {
  const { ready } = useNewBuild();
  useEffect(() => {
    void checkBuild();
  }, []);
  if (ready) {
    return (
      <EmptyState
        of="page"
        title="A new version of Postern is ready"
        action={
          <Button variant="primary" onClick={() => window.location.reload()}>
            Reload
          </Button>
        }
      >
        This page was not loaded before the version that you are using was replaced. Reload to open it.
      </EmptyState>
    );
  }
  return (
    <ErrorState title="This page is not loaded yet." retrying="Retrying by itself.">
      The gateway has not answered. The page opens as soon as it does.
    </ErrorState>
  );
}
