'use client';
import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '../class-names.ts';
import { Kbd } from './kbd.tsx';

const itemClasses =
  'flex min-h-7 select-none items-center gap-2 rounded-sm px-2 py-1 text-sm outline-none data-highlighted:bg-active data-disabled:opacity-45 max-sm:min-h-10 [&_svg]:size-4 [&_svg]:shrink-0 base:[&_svg]:text-muted';

export interface MenuProps {
  trigger: ReactNode;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'right' | 'bottom' | 'left';
  className?: string;
  /** Only if something other than the trigger opens it. */
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  children: ReactNode;
}

/** A menu that opens from `trigger` (a single element that accepts a ref). */
export function Menu({ trigger, align = 'end', side = 'bottom', className, children, ...controlled }: MenuProps) {
  return (
    <Radix.Root modal={false} {...controlled}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={cn(
            'z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-44 animate-appear overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-float',
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItemProps extends Omit<ComponentProps<typeof Radix.Item>, 'asChild'> {
  icon?: ReactNode;
  keys?: string;
  danger?: boolean;
  /** Why it cannot be chosen; shown below the label. */
  reason?: string | undefined;
}

export function MenuItem({ icon, keys, danger, reason, className, children, ...rest }: MenuItemProps) {
  return (
    <Radix.Item
      className={cn(itemClasses, danger && !reason && 'text-bad [&_svg]:text-bad', reason && 'text-muted', className)}
      // Not Radix' `disabled`, which the arrow keys would skip together with the reason.
      aria-disabled={reason !== undefined || undefined}
      {...rest}
    >
      {icon}
      <span className="min-w-0 flex-1">
        {children}
        {reason !== undefined && <span className="block max-w-64 text-faint text-xs">{reason}</span>}
      </span>
      <Kbd keys={keys} />
    </Radix.Item>
  );
}

/** An item that is a link: pass one `<Link>` as its child. */
export function MenuLink({ children }: { children: ReactNode }) {
  return (
    <Radix.Item asChild className={itemClasses}>
      {children}
    </Radix.Item>
  );
}

export function MenuCheckItem({ children, ...rest }: ComponentProps<typeof Radix.CheckboxItem>) {
  return (
    <Radix.CheckboxItem className={cn(itemClasses, 'pl-7 relative')} {...rest}>
      <Radix.ItemIndicator className="absolute left-2">
        <Check aria-hidden />
      </Radix.ItemIndicator>
      {children}
    </Radix.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1.5 pb-1 text-faint text-xs">{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}
