/** Calls back once the page has loaded and the browser has nothing to do, a second later where it cannot tell. */
export function whenIdle(run: () => void): void {
  const wait = () => {
    // Safari has no `requestIdleCallback`.
    if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 5000 });
    else setTimeout(run, 1000);
  };
  if (document.readyState === 'complete') wait();
  else window.addEventListener('load', wait, { once: true });
}
