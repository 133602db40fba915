'use client';
import type { ComponentProps, ReactNode } from 'react';
import { Button, type ButtonProps } from '#components/ui/button.tsx';
import { IconButton } from '#components/ui/icon-button.tsx';
import type { BoundAction } from './action.ts';

export interface ActionButtonProps extends Pick<ButtonProps, 'variant' | 'size'> {
  action: BoundAction;
}

/** An action as a button; nothing while it cannot be done. */
export function ActionButton({ action, ...looks }: ActionButtonProps) {
  const { label, icon: Icon, enabled, run } = action;
  if (!enabled) return null;
  return (
    <Button {...looks} {...(Icon && { icon: <Icon aria-hidden /> })} onClick={run}>
      {label}
    </Button>
  );
}

export interface ActionIconButtonProps
  extends Pick<ComponentProps<typeof IconButton>, 'size' | 'aria-pressed' | 'aria-expanded'> {
  action: BoundAction;
  /** Another icon than its own. */
  children?: ReactNode;
}

/** An action as a button that is only an icon; dimmed while it cannot be done. */
export function ActionIconButton({ action, children, ...rest }: ActionIconButtonProps) {
  const { label, icon: Icon, keys, enabled, run } = action;
  return (
    <IconButton {...rest} label={label} {...(keys !== undefined && { keys })} disabled={!enabled} onClick={run}>
      {children ?? (Icon && <Icon aria-hidden />)}
    </IconButton>
  );
}
