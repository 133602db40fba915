'use client';
import { deferred } from '#components/deferred.tsx';
import { OpeningLayer } from '#components/ui/opening-layer.tsx';
import { endCreateRequest, useCreateRequest } from '#features/browser/create-request.ts';

// Loaded when first used, with the editor.
const CreateDialog = deferred(() => import('./create-dialog.tsx').then((module) => module.CreateDialog), {
  placeholder: <OpeningLayer />,
});

/** Shows the dialog for new objects when somebody asks for it. */
export function CreateHost() {
  const request = useCreateRequest();
  return request && <CreateDialog request={request} onClose={endCreateRequest} />;
}
