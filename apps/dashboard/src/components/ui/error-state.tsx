import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '../class-names.ts';
import { Button } from './button.tsx';

export interface ErrorStateProps {
  /** What happened. */
  title: string;
  /** Details, and what to do. */
  children?: ReactNode;
  /** Whether and when it will retry. */
  retrying?: string | undefined;
  onRetry?: (() => void) | undefined;
  /** One line instead of a block, for a card. */
  compact?: boolean;
  className?: string;
}

/** An error in place of the content: what happened, whether it will retry, what to do. */
export function ErrorState({ title, children, retrying, onRetry, compact = false, className }: ErrorStateProps) {
  return (
    <div
      role="alert"
      className={cn('flex gap-3', compact ? 'items-start py-2' : 'mx-auto max-w-150 items-start px-6 py-10', className)}
    >
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
      <div className="flex min-w-0 flex-col gap-1">
        <p className="font-medium [overflow-wrap:anywhere]">{title}</p>
        {children !== undefined && <div className="text-muted [overflow-wrap:anywhere]">{children}</div>}
        {retrying !== undefined && <p className="text-faint text-xs">{retrying}</p>}
        {onRetry !== undefined && (
          <div className="mt-2">
            <Button size="sm" onClick={onRetry}>
              Try again
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}
