'use client';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { type Action, bindAction } from '#features/actions/action.ts';
import { objectHref } from '#features/address/kind-href.ts';
import { DeleteDialog } from '#features/browser/delete-dialog.tsx';
import { getObject, type ObjectRef } from '#features/kube/kube-actions.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import { type ObjectDialog, ObjectDialogs } from '#features/objects/object-dialogs.tsx';
import type { LoadedContext } from '#features/objects/object-page-actions.ts';
import { navigate } from '#features/router/address-bar.ts';
import type { ObjectRequest } from './object-request.ts';

/** Does what was asked for one object, asking as the object's own page does. */
export function RequestedAction({ request, onClose }: { request: ObjectRequest; onClose: () => void }) {
  const { action, target } = request;
  if (action === undefined) return <DeleteDialog targets={[target]} onClose={onClose} />;
  return <LoadedAction action={action} target={target} onClose={onClose} />;
}

interface LoadedActionProps {
  action: Action<LoadedContext>;
  target: ObjectRef;
  onClose: () => void;
}

/** Requests the object, which an action on it needs, and runs the action. */
function LoadedAction({ action, target, onClose }: LoadedActionProps) {
  const { resource, name } = target;
  const [dialog, setDialog] = useState<ObjectDialog>();
  const [refused, setRefused] = useState(false);
  const ran = useRef(false);
  // Never from the cache: the number of replicas, say, must be the current one.
  const { data, error } = useQuery({
    queryKey: ['object-action', action.id, target],
    queryFn: () => getObject(target),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  useEffect(() => {
    if (data === undefined || ran.current) return;
    ran.current = true;
    let asks = false;
    const ask = (next: ObjectDialog) => {
      asks = true;
      setDialog(next);
    };
    const { enabled, run } = bindAction(action, {
      target,
      chosen: [target],
      object: data,
      ask,
      scale: () => ask('scale'),
      showRevisions: () => navigate(`${objectHref(target.ref, target.resource, target)}?tab=revisions`),
    });
    if (!enabled) {
      setRefused(true);
      return;
    }
    run();
    if (!asks) onClose();
  }, [data, action, target, onClose]);
  if (data !== undefined && dialog !== undefined)
    return <ObjectDialogs dialog={dialog} target={target} object={data} onClose={onClose} />;

  const title = `${typeof action.label === 'string' ? action.label : (action.short ?? '')} ${name}`;
  const problem = refused
    ? `This is not possible for ${resource.kind} ${name} as it is now.`
    : error !== null && sentenceOf(error);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="sm"
      title={title}
      footer={<Button onClick={onClose}>{problem ? 'Close' : 'Cancel'}</Button>}
    >
      {problem ? (
        <p role="alert" className="text-bad">
          {problem}
        </p>
      ) : (
        <Skeleton className="h-16 w-full" />
      )}
    </Dialog>
  );
}
