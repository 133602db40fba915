import { sharedValue } from '#components/shared-value.ts';
import type { ApiResource } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';

/** Somebody wants to create objects. */
export interface CreateRequest {
  ref: ClusterRef;
  /** The namespaces of the page, in the format of URLs. */
  namespaces: string;
  /** The kind that the page shows. */
  resource?: ApiResource | undefined;
}

const requested = sharedValue<{ request?: CreateRequest }>({});

export const useCreateRequest = (): CreateRequest | undefined => requested.use().request;
export const requestCreate = (request: CreateRequest): void => requested.set({ request });
export const endCreateRequest = (): void => requested.set({});
