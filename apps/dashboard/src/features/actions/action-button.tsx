'use client';
import type { ComponentProps, ReactNode } from 'react';
import { Button, type ButtonProps } from '#components/ui/button.tsx';
import { IconButton } from '#components/ui/icon-button.tsx';
import type { BoundAction } from './action.ts';

export interface ActionButtonProps extends Pick<ButtonProps, 'variant' | 'size'> {
  action: BoundAction;
}

/** An action as a button; renders nothing while it is unavailable. Without the right for it, it says so instead of acting. */
export function ActionButton({ action, ...looks }: ActionButtonProps) {
  const { label, icon: Icon, enabled, missing, run } = action;
  if (!enabled) return null;
  return (
    <Button
      {...looks}
      {...(Icon && { icon: <Icon aria-hidden /> })}
      // Not `disabled`, so that the reason can be reached with the keyboard and by touch.
      aria-disabled={missing !== undefined || undefined}
      title={missing}
      onClick={run}
    >
      {label}
    </Button>
  );
}

export interface ActionIconButtonProps
  extends Pick<ComponentProps<typeof IconButton>, 'size' | 'aria-pressed' | 'aria-expanded'> {
  action: BoundAction;
  /** Replaces the action's own icon. */
  children?: ReactNode;
}

/** An action as an icon button; disabled while it is unavailable. */
export function ActionIconButton({ action, children, ...rest }: ActionIconButtonProps) {
  const { label, icon: Icon, keys, enabled, run } = action;
  return (
    <IconButton {...rest} label={label} {...(keys !== undefined && { keys })} disabled={!enabled} onClick={run}>
      {children ?? (Icon && <Icon aria-hidden />)}
    </IconButton>
  );
}
