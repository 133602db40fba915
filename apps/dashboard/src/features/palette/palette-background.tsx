'use client';
import { deferred } from '#components/deferred.tsx';
import { OpeningLayer } from '#components/ui/opening-layer.tsx';
import { CreateHost } from '#features/create/create-host.tsx';
import { endObjectRequest, useObjectRequest } from './object-request.ts';
import { RememberVisits } from './remember-visits.tsx';

// Loaded when first used.
const RequestedAction = deferred(() => import('./requested-action.tsx').then((module) => module.RequestedAction), {
  placeholder: <OpeningLayer />,
  failed: null,
});

/** What goes on while the palette is closed: remembering visits, and dialogs that an action opens on any page. */
export function PaletteBackground() {
  const request = useObjectRequest();
  return (
    <>
      <RememberVisits />
      <CreateHost />
      {request !== undefined && <RequestedAction request={request} onClose={endObjectRequest} />}
    </>
  );
}
