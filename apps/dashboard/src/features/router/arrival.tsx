'use client';
import { useLayoutEffect, useRef, useState } from 'react';
import { lastMove } from './address-bar.ts';
import { restoreScroll } from './scroll-memory.ts';
import { usePathname, useRoute } from './use-address.ts';

/** What keeps the focus when the page changes under it. */
const KEEPS_FOCUS = '#main, [role="dialog"], [role="alertdialog"], section[aria-label="Dock"]';

/** What a browser does when it loads a page: names it, scrolls, moves the focus, and tells screen readers. */
export function Arrival() {
  const pathname = usePathname();
  const title = useRoute()?.title;
  const shown = useRef(pathname);
  const [announced, announce] = useState('');
  useLayoutEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    const main = document.querySelector<HTMLElement>('#main');
    const move = lastMove();
    if (move.kind === 'traverse') restoreScroll(move.entry);
    else if (main !== null) main.scrollTop = 0;
    // A field of the new page may have taken the focus already.
    if (document.activeElement?.closest(KEEPS_FOCUS) == null) main?.focus({ preventScroll: true });
    announce(title ?? '');
  }, [pathname, title]);
  return (
    <>
      {title !== undefined && <title>{title}</title>}
      <p role="status" className="sr-only" data-announcer>
        {announced}
      </p>
    </>
  );
}
