import { z } from 'zod';

/** The fields of a Pod that a terminal needs; the object comes from the tenant's cluster and may contain anything. */
const Pod = z.object({
  metadata: z.object({
    uid: z.string().default(''),
    annotations: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({ containers: z.array(z.object({ name: z.string() })).min(1) }),
  status: z
    .object({
      phase: z.string().default(''),
      containerStatuses: z
        .array(z.object({ name: z.string(), state: z.object({ running: z.object({}).optional() }).default({}) }))
        .default([]),
    })
    .prefault({}),
});

export type PodView = z.infer<typeof Pod>;

/** Null if the text is not a Pod. */
export function readPod(text: string): PodView | null {
  try {
    return Pod.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The container that kubectl would choose: the one named by the annotation, otherwise the first. */
export function defaultContainer(pod: PodView): string {
  const named = pod.metadata.annotations['kubectl.kubernetes.io/default-container'];
  const { containers } = pod.spec;
  return containers.find(({ name }) => name === named)?.name ?? containers[0]?.name ?? '';
}

/** Whether a shell in this container can still be running. */
export function isRunning(pod: PodView, container: string): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return false;
  const status = pod.status.containerStatuses.find(({ name }) => name === container);
  return status === undefined || status.state.running !== undefined;
}
