'use client';
import { deferred } from '#components/deferred.tsx';
import { OpeningLayer } from '#components/ui/opening-layer.tsx';
import type { Asked } from './asked.ts';

// The page takes no keys while it opens, unless it fails.
const AskedDialog = deferred(() => import('./asked-dialog.tsx').then((module) => module.AskedDialog), {
  placeholder: <OpeningLayer />,
  failed: null,
});

/** Shows the dialog that an action asked for, if any; its code is loaded then. */
export function AskedHost({ asked, onClose }: { asked: Asked | undefined; onClose: () => void }) {
  return asked === undefined ? null : <AskedDialog asked={asked} onClose={onClose} />;
}
