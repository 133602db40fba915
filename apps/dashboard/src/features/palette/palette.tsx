'use client';
import { Dialog as Radix, VisuallyHidden } from 'radix-ui';
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { whenIdle } from '#components/when-idle.ts';
import { useActions } from '#features/actions/use-actions.ts';
import { openPalette } from './palette-actions.ts';
import { loadPalette, type PaletteCode } from './palette-code.ts';
import { PaletteField } from './palette-field.tsx';

const offered = [openPalette];

/**
 * The command palette; used once, in the frame. Its field is part of every page, so that it takes what is typed from the first
 * key after the one that opens it; everything below the field is loaded when the browser is idle.
 */
export function Palette() {
  const [open, setOpen] = useState(false);
  const [code, setCode] = useState<PaletteCode>();
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    loadPalette().then(setCode, () => setFailed(true));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` uses nothing that changes
  useEffect(() => {
    const show = () => {
      // At once: the field must have the focus before the next key is pressed.
      flushSync(() => setOpen(true));
      load();
    };
    window.addEventListener('postern:palette', show);
    whenIdle(load);
    return () => window.removeEventListener('postern:palette', show);
  }, []);
  useActions(offered, undefined);
  return (
    <>
      {code && <code.Background />}
      <Radix.Root open={open} onOpenChange={setOpen}>
        <Radix.Portal>
          <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />
          <Radix.Content
            aria-describedby={undefined}
            className="fixed z-40 flex animate-fade flex-col overflow-hidden bg-raised shadow-float outline-none max-sm:inset-0 sm:top-[14vh] sm:left-1/2 sm:max-h-[60vh] sm:w-150 sm:-translate-x-1/2 sm:rounded-xl sm:border"
          >
            <VisuallyHidden.Root>
              <Radix.Title>{openPalette.label}</Radix.Title>
            </VisuallyHidden.Root>
            <PaletteField code={code} failed={failed} onRetry={load} close={() => setOpen(false)} />
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </>
  );
}
