'use client';
import { useMemo } from 'react';
import { Card } from '#components/ui/card.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { newestFirst } from '#features/changes/change.ts';
import { ChangeList } from '#features/changes/change-list.tsx';
import { configChanges } from '#features/changes/config-changes.ts';
import { joinScalings, scalingEvents, scalings } from '#features/changes/scalings.ts';
import { configMetadata, workloadMetadata } from '#features/changes/selection.ts';
import { edits, rollouts } from '#features/changes/workload-changes.ts';
import { clusterHref } from '#features/kube/cluster-ref.ts';
import { knownKinds } from '#features/kube/known-kinds.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';
import type { KubeObject } from '#features/kube/kube-object.ts';
import { metadataFields, rowsWithMetadata, wholeObjects } from '#features/kube/list-format.ts';
import { get, text } from '#features/kube/read.ts';
import { useLiveList } from '#features/kube/use-live-list.ts';
import { configReferences } from './config-references.ts';
import { writeSelector } from './describe/workloads.ts';
import { eventsOf } from './events-of.ts';

const rows = rowsWithMetadata(workloadMetadata);
const configuration = metadataFields<{ metadata: unknown }>(configMetadata);
const MOST = 8;

/** The latest rollouts and scalings of a workload, and the changes of the configuration that its pods use. */
export function WorkloadChangesCard({ target, object }: { target: ObjectRef; object: KubeObject }) {
  const { ref, resource, namespace, name } = target;
  const isDeployment = resource.resource === 'deployments';
  const within = { ref, namespaces: [namespace] };
  const self = useLiveList({ ...within, resource, format: rows, fieldSelector: `metadata.name=${name}` });
  const labelSelector = writeSelector(get(object, 'spec', 'selector'));
  const sets = useLiveList(
    isDeployment && labelSelector !== ''
      ? { ...within, resource: knownKinds.replicaSets, format: rows, labelSelector }
      : undefined,
  );
  const events = useLiveList({ ...eventsOf(target), resource: knownKinds.events, format: wholeObjects });
  const used = useMemo(() => configReferences(get(object, 'spec', 'template', 'spec')), [object]);
  const [usesMaps, usesSecrets] = [used.configMaps.size > 0, used.secrets.size > 0];
  const maps = useLiveList(
    usesMaps ? { ...within, resource: knownKinds.configMaps, format: configuration } : undefined,
  );
  const secrets = useLiveList(
    usesSecrets ? { ...within, resource: knownKinds.secrets, format: configuration } : undefined,
  );
  const changes = useMemo(() => {
    const named = (names: ReadonlySet<string>) => (one: { metadata: unknown }) =>
      names.has(text(one.metadata, 'name') ?? '');
    const scaled = joinScalings(scalings(self, resource), scalingEvents(events.items));
    return newestFirst(
      [
        ...(isDeployment
          ? rollouts(sets, self).filter((change) => change.object.name === name)
          : edits(self, resource)),
        ...scaled,
        ...configChanges(maps.items.filter(named(used.configMaps)), knownKinds.configMaps),
        ...configChanges(secrets.items.filter(named(used.secrets)), knownKinds.secrets),
      ],
      MOST,
    );
  }, [self, sets, events.items, maps.items, secrets.items, used, resource, isDeployment, name]);
  const loading = self.freshness.state === 'loading' || (isDeployment && sets.freshness.state === 'loading');
  return (
    <Card title="Recent changes">
      {loading ? (
        <Skeleton className="h-5 w-2/3" />
      ) : (
        <ChangeList changes={changes} base={clusterHref(ref)} within empty="No changes are known." />
      )}
    </Card>
  );
}
