'use client';
import dynamic from 'next/dynamic';
import { OpeningLayer } from '#components/ui/opening-layer.tsx';
import { endObjectRequest, useObjectRequest } from './object-request.ts';
import { RememberVisits } from './remember-visits.tsx';

// Loaded when first used.
const RequestedAction = dynamic(() => import('./requested-action.tsx').then((module) => module.RequestedAction), {
  ssr: false,
  loading: OpeningLayer,
});

/** What goes on while the palette is closed: remembering visits, and dialogs for objects found by name. */
export function PaletteBackground() {
  const request = useObjectRequest();
  return (
    <>
      <RememberVisits />
      {request !== undefined && <RequestedAction request={request} onClose={endObjectRequest} />}
    </>
  );
}
