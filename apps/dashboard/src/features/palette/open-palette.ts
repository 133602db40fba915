/** Opens the command palette from anywhere. */
export function openPalette(): void {
  window.dispatchEvent(new Event('postern:palette'));
}
