// Sets the theme before the first paint. A separate file, loaded in <head>, so that no inline script is needed.
(() => {
  let chosen = 'system';
  try {
    chosen = localStorage.getItem('postern.theme') ?? 'system';
  } catch {
    // Storage may not be allowed; the system's theme is then used.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
