'use client';
import { MenuItem } from '#components/ui/menu.tsx';
import type { BoundAction } from './action.ts';

export interface ActionItemProps {
  action: BoundAction;
  /** Keeps the menu open afterwards. */
  keepsOpen?: boolean;
  /** Shows it disabled while it is unavailable; otherwise it is left out. */
  dims?: boolean;
  /** Uses the short label, because the menu's heading says the rest. */
  short?: boolean;
}

/** An action as a menu item. */
export function ActionItem({ action, keepsOpen = false, dims = false, short = false }: ActionItemProps) {
  const { label, icon: Icon, keys, danger, enabled, missing, run } = action;
  if (!enabled && !dims) return null;
  return (
    <MenuItem
      {...(Icon && { icon: <Icon aria-hidden /> })}
      {...(keys !== undefined && { keys })}
      {...(danger === true && { danger })}
      disabled={!enabled}
      reason={missing}
      onSelect={(event) => {
        if (keepsOpen || missing !== undefined) event.preventDefault();
        if (missing === undefined) run();
      }}
    >
      {short ? (action.short ?? label) : label}
    </MenuItem>
  );
}
