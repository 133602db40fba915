import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../class-names.ts';

export const inputClasses =
  'base:h-8 base:w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-ink text-sm transition-colors hover:border-faint disabled:opacity-50 ' +
  'aria-invalid:border-bad-dot focus-visible:outline-offset-0 max-sm:base:h-10 max-sm:text-[16px]';

export interface InputProps extends ComponentProps<'input'> {
  /** Shown inside, before the text. */
  leading?: ReactNode;
  /** Shown inside, after the text. */
  trailing?: ReactNode;
}

export function Input({ leading, trailing, className, ...rest }: InputProps) {
  if (leading === undefined && trailing === undefined)
    return <input className={cn(inputClasses, className)} {...rest} />;
  return (
    <div className={cn('relative flex items-center', className)}>
      {leading !== undefined && (
        <span className="pointer-events-none absolute left-2.5 text-faint [&_svg]:size-4">{leading}</span>
      )}
      <input
        className={cn(inputClasses, leading !== undefined && 'pl-8', trailing !== undefined && 'pr-9')}
        {...rest}
      />
      {trailing !== undefined && <span className="absolute right-1 flex items-center text-faint">{trailing}</span>}
    </div>
  );
}
