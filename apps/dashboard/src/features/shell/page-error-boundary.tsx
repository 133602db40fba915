'use client';
import { Component, type ReactNode } from 'react';
import { ErrorState } from '#components/ui/error-state.tsx';

/** Replaces a page that has a bug; the frame around it stays. */
export class PageErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <ErrorState title="Something went wrong on this page." onRetry={() => this.setState({ failed: false })}>
        The problem is in the dashboard; your cluster is not affected. If trying again does not help, reload the page.
      </ErrorState>
    );
  }
}
