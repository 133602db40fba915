/** Opens the overlay of all shortcuts from anywhere. */
export function showShortcuts(): void {
  window.dispatchEvent(new Event('postern:shortcuts'));
}
