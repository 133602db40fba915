import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../class-names.ts';

/** The browser's own checkbox with a label. */
export function Checkbox({ children, className, ...rest }: ComponentProps<'input'> & { children: ReactNode }) {
  return (
    <label className={cn('inline-flex min-h-6 items-center gap-2 select-none', className)}>
      <input type="checkbox" className="size-3.5 accent-(--accent)" {...rest} />
      {children}
    </label>
  );
}
