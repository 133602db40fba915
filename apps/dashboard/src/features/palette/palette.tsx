'use client';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { useActions } from '#features/actions/use-actions.ts';
import { openPalette } from './palette-actions.ts';

// Loaded when first opened, because it is not needed to show a page.
const PaletteDialog = dynamic(() => import('./palette-dialog.tsx').then((module) => module.PaletteDialog), {
  ssr: false,
});

const offered = [openPalette];

/** Opens the command palette; used once, in the frame. */
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
  useActions(offered, undefined);
  return loaded ? <PaletteDialog open={open} onOpenChange={setOpen} /> : null;
}
