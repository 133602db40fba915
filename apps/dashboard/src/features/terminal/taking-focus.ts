import { useEffect, useRef } from 'react';
import { isCovered } from '#components/layers.ts';

const fields = 'input, textarea, select, [contenteditable=true], [data-own-keys]';

/** Whether an element is for typing, other than a terminal. */
const isOtherField = (element: EventTarget | null): boolean =>
  element instanceof Element && element.closest(fields) !== null && element.closest('.xterm') === null;

/** Whether a pane may take the focus because something has happened in it, and the person does nothing else. */
export const mayTakeFocus = (): boolean => !isCovered() && !isOtherField(document.activeElement);

/**
 * Gives a pane's screen the focus when the pane becomes active, or as soon after that as it is ready. Until then the person may
 * have opened a dialog or begun to type somewhere else, and what is typed there must not run in a shell.
 */
export function useFocusWhenReady(active: boolean, screen: { focus(): void } | undefined): void {
  const typesElsewhere = useRef(false);
  useEffect(() => {
    if (!active) return;
    typesElsewhere.current = false;
    const onInput = ({ target }: Event) => {
      if (isOtherField(target)) typesElsewhere.current = true;
    };
    window.addEventListener('beforeinput', onInput, true);
    return () => window.removeEventListener('beforeinput', onInput, true);
  }, [active]);
  useEffect(() => {
    if (active && !typesElsewhere.current && !isCovered()) screen?.focus();
  }, [active, screen]);
}
