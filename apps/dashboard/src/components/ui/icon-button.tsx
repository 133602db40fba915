import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../class-names.ts';
import { Tooltip } from './tooltip.tsx';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** The accessible name, also shown as a tooltip. */
  label: string;
  /** Keys of a shortcut, shown in the tooltip. */
  keys?: string;
  size?: 'sm' | 'md';
  children: ReactNode;
}

/** A button with only an icon. Its name is read by screen readers and shown on hover. */
export function IconButton({ label, keys, size = 'md', className, children, ...rest }: IconButtonProps) {
  return (
    <Tooltip content={label} {...(keys === undefined ? {} : { keys })}>
      <button
        type="button"
        aria-label={label}
        className={cn(
          'inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-hover hover:text-ink',
          'disabled:opacity-40 aria-pressed:bg-active aria-pressed:text-ink [&_svg]:size-4 max-sm:min-h-9 max-sm:min-w-9',
          size === 'sm' ? 'size-6' : 'size-8',
          className,
        )}
        {...rest}
      >
        {children}
      </button>
    </Tooltip>
  );
}
