'use client';
import { deferred } from '#components/deferred.tsx';
import { OpeningLayer } from '#components/ui/opening-layer.tsx';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import { controllerOf, type KubeObject } from '#features/kube/kube-object.ts';
import { number } from '#features/kube/read.ts';
import type { Asked } from '#features/workloads/asked.ts';
import { AskedHost } from '#features/workloads/asked-host.tsx';

// Loaded when first opened. The page takes no keys meanwhile, unless it fails.
const opening = { placeholder: <OpeningLayer />, failed: null };
const ScaleDialog = deferred(() => import('./scale-dialog.tsx').then((module) => module.ScaleDialog), opening);
const DeleteDialog = deferred(
  () => import('#features/browser/delete-dialog.tsx').then((module) => module.DeleteDialog),
  opening,
);

/** What asks before it acts on one object. */
export type ObjectDialog = 'scale' | 'delete' | Asked;

export interface ObjectDialogsProps {
  /** The one that is open, if any. */
  dialog: ObjectDialog | undefined;
  target: ObjectRef;
  object: KubeObject;
  onClose: () => void;
  onDeleted?: () => void;
}

/** The dialogs of the actions on one object. */
export function ObjectDialogs({ dialog, target, object, onClose, onDeleted }: ObjectDialogsProps) {
  if (dialog === 'scale')
    return <ScaleDialog target={target} replicas={number(object, 'spec', 'replicas') ?? 0} onClose={onClose} />;
  if (dialog === 'delete') {
    const targets = [{ ...target, controller: controllerOf(object.metadata) }];
    return <DeleteDialog targets={targets} onClose={onClose} {...(onDeleted !== undefined && { onDeleted })} />;
  }
  return <AskedHost asked={dialog} onClose={onClose} />;
}
