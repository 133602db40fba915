/** The element that scrolls a page, and tables that scroll in it. */
const SCROLLERS = '#main, #main [data-grid]';
/** How long to wait for data that makes the page long enough, in milliseconds. */
const PATIENCE_MS = 3000;
/** What a person does to scroll themselves. */
const interventions = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;

interface Position {
  readonly left: number;
  readonly top: number;
}

const remembered = new Map<string, readonly Position[]>();
let stopRestoring: () => void = () => undefined;

const scrollers = () => [...document.querySelectorAll<HTMLElement>(SCROLLERS)];

/** Keeps how far the page is scrolled, for this entry of the history. */
export function rememberScroll(entry: string): void {
  stopRestoring();
  remembered.set(
    entry,
    scrollers().map(({ scrollLeft, scrollTop }) => ({ left: scrollLeft, top: scrollTop })),
  );
}

/** Scrolls a page that has been left back to where it was, as soon as it is long enough, unless the person scrolls. */
export function restoreScroll(entry: string): void {
  stopRestoring();
  const positions = remembered.get(entry);
  if (positions === undefined || positions.every(({ left, top }) => left === 0 && top === 0)) return;
  const until = performance.now() + PATIENCE_MS;
  let frame = 0;
  const stop = () => {
    cancelAnimationFrame(frame);
    for (const type of interventions) window.removeEventListener(type, stop, { capture: true });
  };
  const step = () => {
    const elements = scrollers();
    let reached = true;
    for (const [index, { left, top }] of positions.entries()) {
      const element = elements[index];
      if (element === undefined) {
        reached = false;
        continue;
      }
      element.scrollLeft = left;
      element.scrollTop = top;
      reached &&= Math.abs(element.scrollTop - top) <= 1;
    }
    if (reached || performance.now() > until) stop();
    else frame = requestAnimationFrame(step);
  };
  for (const type of interventions) window.addEventListener(type, stop, { capture: true });
  stopRestoring = stop;
  step();
}
