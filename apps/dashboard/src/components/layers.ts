/** Everything that covers the page and takes its keys: dialogs, popovers and menus, as Radix marks them. */
const OPEN = ['dialog', 'alertdialog', 'menu', 'listbox'].map((role) => `[role=${role}][data-state=open]`).join();

let opening = 0;

/**
 * Says that a layer has been asked for and will be there as soon as its code or its data has arrived. What is typed meanwhile
 * is meant for it. @returns a function that must be called once the layer is there, or has failed to open.
 */
export function openingLayer(): () => void {
  opening++;
  let done = false;
  return () => {
    if (!done) opening--;
    done = true;
  };
}

/** Whether a layer is open or opening, so that the page's keys have no effect. */
export const isCovered = (): boolean => opening > 0 || document.querySelector(OPEN) !== null;
