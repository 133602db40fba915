// Sets the theme before the first paint. A file of its own, loaded in <head>, so that no inline script is needed.
(() => {
  let chosen = 'system';
  try {
    chosen = localStorage.getItem('postern.theme') ?? 'system';
  } catch {
    // Storage may be forbidden; the system's theme is then the one.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
