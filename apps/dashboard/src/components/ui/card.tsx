import type { ReactNode } from 'react';
import { cn } from '../class-names.ts';

export interface CardProps {
  title?: ReactNode;
  /** Secondary text or a control to the right of the title. */
  aside?: ReactNode;
  className?: string;
  bodyClassName?: string;
  children: ReactNode;
}

/** A panel with a subdued title. */
export function Card({ title, aside, className, bodyClassName, children }: CardProps) {
  return (
    <section className={cn('flex min-w-0 flex-col rounded-lg border bg-surface', className)}>
      {title !== undefined && (
        <header className="flex min-h-10 items-center gap-3 px-4 pt-1">
          <h2 className="min-w-0 flex-1 truncate font-medium">{title}</h2>
          {aside !== undefined && <div className="flex items-center gap-2 text-faint text-xs">{aside}</div>}
        </header>
      )}
      <div
        className={cn(
          'min-w-0 flex-1 base:px-4 base:pb-4',
          title === undefined ? 'base:pt-4' : 'base:pt-1',
          bodyClassName,
        )}
      >
        {children}
      </div>
    </section>
  );
}
