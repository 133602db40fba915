import { get, list, number, record, strings, text } from '#features/kube/read.ts';
import { isEqual } from '../merge.ts';

/** One revision of a workload: a pod template, as it was. */
export interface Revision {
  number: number;
  /** The name of its ReplicaSet or ControllerRevision. */
  name: string;
  /** RFC 3339; empty if unknown. */
  at: string;
  /** The annotation kubernetes.io/change-cause of that time. */
  cause: string | undefined;
  /** Without what the controller adds. */
  template: Record<string, unknown>;
  /** Whether the workload has this template now. */
  current: boolean;
  /** The ReplicaSet or ControllerRevision. */
  source: unknown;
}

export const REVISION = 'deployment.kubernetes.io/revision';
const CAUSE = 'kubernetes.io/change-cause';
const HASH = 'pod-template-hash';

/** The revisions of a workload, the newest first. `sources`: its ReplicaSets if it is a deployment, otherwise ControllerRevisions. */
export function revisionsOf(workload: unknown, sources: readonly unknown[]): Revision[] {
  const uid = text(workload, 'metadata', 'uid');
  return sources
    .filter((source) =>
      list(source, 'metadata', 'ownerReferences').some(
        (owner) => get(owner, 'controller') === true && text(owner, 'uid') === uid,
      ),
    )
    .map((source) => readRevision(workload, source))
    .filter(({ number }) => number > 0)
    .toSorted((a, b) => b.number - a.number);
}

function readRevision(workload: unknown, source: unknown): Revision {
  const annotations = strings(source, 'metadata', 'annotations');
  const template = get(source, 'data') === undefined ? withoutHash(record(source, 'spec', 'template')) : stored(source);
  return {
    number: number(source, 'revision') ?? Number(annotations[REVISION] ?? 0),
    name: text(source, 'metadata', 'name') ?? '',
    at: text(source, 'metadata', 'creationTimestamp') ?? '',
    cause: annotations[CAUSE],
    template,
    current: isEqual(meaning(template), meaning(record(workload, 'spec', 'template'))),
    source,
  };
}

/** A template without the label by which a deployment tells its replica sets apart. */
function withoutHash(template: Record<string, unknown>): Record<string, unknown> {
  const metadata = record(template, 'metadata');
  if (!(HASH in record(metadata, 'labels'))) return template;
  const { [HASH]: _, ...labels } = record(metadata, 'labels');
  return { ...template, metadata: { ...metadata, labels } };
}

/** The template of a ControllerRevision, whose data is a patch that replaces it. */
function stored(source: unknown): Record<string, unknown> {
  const { $patch: _, ...template } = record(source, 'data', 'spec', 'template');
  return template;
}

/** A template without `creationTimestamp: null`, which some API servers write and others leave out. */
function meaning({ metadata, ...template }: Record<string, unknown>): Record<string, unknown> {
  const { creationTimestamp: _, ...rest } = record(metadata);
  return { ...template, metadata: rest };
}

/** The images of a template's containers. */
export function imagesOf(template: Record<string, unknown>): string[] {
  return [...list(template, 'spec', 'initContainers'), ...list(template, 'spec', 'containers')].flatMap(
    (container) => text(container, 'image') ?? [],
  );
}
