import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '../class-names.ts';
import { inputClasses } from './input.tsx';

export interface SelectProps extends ComponentProps<'select'> {
  options: readonly { value: string; label: string; disabled?: boolean }[];
}

/** The browser's own select with our styles, so that keyboards, screen readers and touch work without further code. */
export function Select({ options, className, ...rest }: SelectProps) {
  return (
    <span className={cn('relative inline-flex', className)}>
      <select className={cn(inputClasses, 'appearance-none pr-8')} {...rest}>
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-faint"
        aria-hidden
      />
    </span>
  );
}
