'use client';
import type { ComponentProps, MouseEvent } from 'react';
import { moveTo } from './address-bar.ts';

export interface LinkProps extends ComponentProps<'a'> {
  href: string;
  /** Whether it takes the current page's place in the browser's history. */
  replace?: boolean;
}

/** Whether a click on a link means "here", not another tab, a window or a download. */
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

/** A link. Pages of the dashboard open without loading a document; everything else is left to the browser. */
export function Link({ href, replace = false, onClick, ...props }: LinkProps) {
  return (
    <a
      {...props}
      href={href}
      onClick={(event) => {
        onClick?.(event);
        const { target, download } = props;
        const here = (target === undefined || target === '_self') && download === undefined;
        if (event.defaultPrevented || !here || !isPlainClick(event)) return;
        if (moveTo(href, { replace })) event.preventDefault();
      }}
    />
  );
}
