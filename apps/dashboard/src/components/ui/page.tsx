import type { ReactNode } from 'react';
import { cn } from '../class-names.ts';

export interface PageProps {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  /** `narrow` for forms and text. */
  width?: 'wide' | 'narrow';
  children: ReactNode;
}

/** A scrolling page with heading, actions and content. */
export function Page({ title, description, actions, width = 'wide', children }: PageProps) {
  return (
    <div className={cn('mx-auto w-full px-6 py-5 max-sm:px-4', width === 'narrow' ? 'max-w-190' : 'max-w-320')}>
      <header className="mb-5 flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1">
          <h1 className="truncate font-semibold text-lg">{title}</h1>
          {description !== undefined && <div className="max-w-170 text-muted">{description}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2 max-sm:w-full">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
