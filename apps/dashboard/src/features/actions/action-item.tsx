'use client';
import { MenuItem } from '#components/ui/menu.tsx';
import type { BoundAction } from './action.ts';

export interface ActionItemProps {
  action: BoundAction;
  /** The menu stays open after it. */
  keepsOpen?: boolean;
  /** It stands there, dimmed, while it cannot be done; else it is left out. */
  dims?: boolean;
  /** The menu says the rest of its label already. */
  short?: boolean;
}

/** An action in a menu. */
export function ActionItem({ action, keepsOpen = false, dims = false, short = false }: ActionItemProps) {
  const { label, icon: Icon, keys, danger, enabled, run } = action;
  if (!enabled && !dims) return null;
  return (
    <MenuItem
      {...(Icon && { icon: <Icon aria-hidden /> })}
      {...(keys !== undefined && { keys })}
      {...(danger === true && { danger })}
      disabled={!enabled}
      onSelect={(event) => {
        if (keepsOpen) event.preventDefault();
        run();
      }}
    >
      {short ? (action.short ?? label) : label}
    </MenuItem>
  );
}
