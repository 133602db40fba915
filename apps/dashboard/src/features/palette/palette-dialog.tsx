'use client';
export function PaletteDialog(_: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return null;
}
