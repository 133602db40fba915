import { spawn } from 'node:child_process';

/** Opens the page in the user's browser if there is a desktop; otherwise does nothing. */
export function openBrowser(url: string): void {
  const desktop = process.platform === 'darwin' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (!desktop || !process.stdout.isTTY) return;
  const child = spawn(process.platform === 'darwin' ? 'open' : 'xdg-open', [url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
