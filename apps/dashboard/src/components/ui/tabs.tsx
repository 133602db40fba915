'use client';
import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '../class-names.ts';

interface Tab {
  value: string;
  label: ReactNode;
  content?: ReactNode;
  disabled?: boolean;
  /** Keeps its content mounted, hidden, while another tab is shown. */
  keep?: boolean;
}

export interface TabsProps {
  value: string;
  onValueChange: (value: string) => void;
  /** Describes the tabs, for screen readers. */
  label: string;
  tabs: readonly Tab[];
  /** Shown at the right end of the bar. */
  trailing?: ReactNode;
  className?: string;
  contentClassName?: string;
}

export function Tabs({ value, onValueChange, label, tabs, trailing, className, contentClassName }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onValueChange} className={cn('flex min-h-0 flex-col', className)}>
      <div className="flex shrink-0 items-end border-b">
        <Radix.List aria-label={label} className="-mb-px flex min-w-0 flex-1 gap-4 overflow-x-auto overflow-y-hidden">
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.value}
              value={tab.value}
              disabled={tab.disabled}
              className="h-9 shrink-0 border-transparent border-b-2 px-0.5 text-muted hover:text-ink focus-visible:outline-offset-[-3px] disabled:opacity-40 data-[state=active]:border-ink data-[state=active]:font-medium data-[state=active]:text-ink"
            >
              {tab.label}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {trailing}
      </div>
      {tabs.map((tab) => (
        <Radix.Content
          key={tab.value}
          value={tab.value}
          {...(tab.keep && { forceMount: true })}
          className={cn(
            'min-h-0 flex-1 pt-4 focus-visible:outline-offset-2 data-[state=inactive]:hidden',
            contentClassName,
          )}
        >
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
