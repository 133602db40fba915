'use client';
import { Fragment } from 'react';
import { Menu, MenuSeparator } from '#components/ui/menu.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionItem } from '#features/actions/action-item.tsx';
import type { Rights } from '#features/actions/permission.ts';
import { type RowContext, rowMenuActions } from './row-menu-actions.ts';

export interface RowMenuProps {
  context: RowContext;
  rights: Rights;
  /** Where it opens. */
  anchor: DOMRect;
  onClose: () => void;
}

/** The menu of a row. One for the whole table, because a menu in each row would slow down scrolling. */
export function RowMenu({ context, rights, anchor, onClose }: RowMenuProps) {
  const actions = rowMenuActions.map((action) => bindAction(action, context, rights)).filter(({ enabled }) => enabled);
  return (
    <Menu
      open
      onOpenChange={(open) => !open && onClose()}
      trigger={
        <span
          aria-hidden
          className="pointer-events-none fixed"
          style={{ left: anchor.left, top: anchor.top, width: anchor.width, height: anchor.height }}
        />
      }
    >
      {actions.map((action) => (
        <Fragment key={action.id}>
          {action.danger === true && <MenuSeparator />}
          <ActionItem action={action} />
        </Fragment>
      ))}
    </Menu>
  );
}
