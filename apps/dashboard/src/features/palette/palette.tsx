'use client';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { useShortcut } from '#features/keyboard/use-shortcut.ts';
import { openPalette } from './open-palette.ts';

// Loaded when first opened: it is not needed to see a page.
const PaletteDialog = dynamic(() => import('./palette-dialog.tsx').then((module) => module.PaletteDialog), {
  ssr: false,
});

/** The command palette's switch; stands once in the frame. */
export function Palette() {
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    const show = () => {
      setLoaded(true);
      setOpen(true);
    };
    window.addEventListener('postern:palette', show);
    return () => window.removeEventListener('postern:palette', show);
  }, []);
  useShortcut({ keys: 'mod+k', label: 'Command palette', group: 'Everywhere', inFields: true }, openPalette);
  return loaded ? <PaletteDialog open={open} onOpenChange={setOpen} /> : null;
}
