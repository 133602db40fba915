import { sharedValue } from '#components/shared-value.ts';
import type { Action } from '#features/actions/action.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { LoadedContext } from '#features/objects/object-page-actions.ts';

/** Something that the palette was asked to do with one object, and that asks or loads before it acts. */
export interface ObjectRequest {
  target: ObjectRef;
  /** The action that needs the object; undefined: ask whether to delete it. */
  action?: Action<LoadedContext>;
}

const requested = sharedValue<{ request?: ObjectRequest }>({});

export const useObjectRequest = (): ObjectRequest | undefined => requested.use().request;
export const requestOnObject = (request: ObjectRequest): void => requested.set({ request });
export const endObjectRequest = (): void => requested.set({});
