import type { ReactNode } from 'react';
import { cn } from '../class-names.ts';

export interface EmptyStateProps {
  icon?: ReactNode;
  /** Says what is missing here. */
  title: string;
  /** The next step. */
  children?: ReactNode;
  action?: ReactNode;
  /** `page` if it replaces a whole page, in which case the title is the page's heading. */
  of?: 'page' | 'part';
  className?: string;
}

export function EmptyState({ icon, title, children, action, of = 'part', className }: EmptyStateProps) {
  const Heading = of === 'page' ? 'h1' : 'h2';
  return (
    <div className={cn('flex flex-col items-center gap-1 px-6 py-12 text-center', className)}>
      {icon !== undefined && <span className="mb-2 text-faint [&_svg]:size-6">{icon}</span>}
      <Heading className="font-medium text-base">{title}</Heading>
      {children !== undefined && children !== false && <div className="max-w-110 text-muted">{children}</div>}
      {action !== undefined && action !== false && (
        <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>
      )}
    </div>
  );
}
