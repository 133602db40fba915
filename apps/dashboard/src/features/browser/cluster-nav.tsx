'use client';
import { ChevronRight, RotateCw } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { cn } from '#components/class-names.ts';
import { Button } from '#components/ui/button.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { kindHref } from '#features/address/kind-href.ts';
import { useLocation } from '#features/address/use-location.ts';
import { type ApiResource, findResource, pluralOf, resourceId } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { sentenceOf } from '#features/kube/kube-error.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { useKubeCount } from '#features/kube/use-kube-count.ts';
import { navigate } from '#features/router/address-bar.ts';
import { Link } from '#features/router/link.tsx';
import { createFromYaml } from './create-actions.ts';
import { kindActions } from './kind-actions.ts';
import { groupKinds, type KindGroup } from './kind-groups.ts';
import { splitNamespaces, useNamespaceChoice } from './namespace-choice.ts';

const creating = [createFromYaml];

/** Groups that are initially open. */
const OPEN = new Set(['workloads', 'network']);

/** The kinds that a cluster serves, in groups, with counts in open groups. */
export function ClusterNav({ organization, cluster }: { organization: string; cluster: string }) {
  const ref = useMemo(() => ({ organization, cluster }), [organization, cluster]);
  const { data, error, refetch } = useDiscovery(ref);
  const groups = useMemo(() => groupKinds(data?.resources ?? []), [data]);
  const { resource: written = '' } = useLocation();
  // A link may name a kind as kubectl does: `po`, `deploy`.
  const shown = findResource(data?.resources ?? [], written);
  const current = shown && resourceId(shown);

  if (data === undefined) {
    if (error !== null) {
      return (
        <div role="alert" className="flex flex-col items-start gap-2 px-2 py-1 text-muted">
          <p>The kinds of this cluster could not be loaded. {sentenceOf(error)}</p>
          <Button size="sm" icon={<RotateCw aria-hidden />} onClick={() => void refetch()}>
            Try again
          </Button>
        </div>
      );
    }
    return (
      <div role="status" aria-label="Loading kinds" className="flex flex-col gap-3 px-2 py-1">
        {['w-20', 'w-28', 'w-24', 'w-32', 'w-24', 'w-28', 'w-20'].map((width, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: all lines of a skeleton are alike
          <Skeleton key={index} className={width} />
        ))}
      </div>
    );
  }
  return (
    <nav aria-label="Kinds" className="flex flex-col gap-1">
      <KindActions cluster={ref} resources={data.resources} />
      {groups.map((group) => (
        <Group key={group.id} group={group} cluster={ref} current={current} />
      ))}
      {data.missing.length > 0 && (
        <p className="px-2 pt-1 text-warn text-xs [overflow-wrap:anywhere]">
          Not answering: {data.missing.join(', ')}. Kinds of these APIs may be missing here.
        </p>
      )}
    </nav>
  );
}

/** Registers the actions that go to kinds, for the keyboard and the palette. */
function KindActions({ cluster, resources }: { cluster: ClusterRef; resources: readonly ApiResource[] }) {
  const namespaces = useNamespaceChoice(cluster);
  const actions = useMemo(() => kindActions(resources), [resources]);
  useActions(actions, { ref: cluster, namespaces, go: navigate });
  const current = findResource(resources, useLocation().resource ?? '');
  useActions(creating, { ref: cluster, namespaces, resource: current });
  return null;
}

function Group({ group, cluster, current }: { group: KindGroup; cluster: ClusterRef; current: string | undefined }) {
  const holdsCurrent = group.kinds.some((kind) => resourceId(kind) === current);
  const [open, setOpen] = useState(OPEN.has(group.id) || holdsCurrent);
  useEffect(() => {
    if (holdsCurrent) setOpen(true);
  }, [holdsCurrent]);
  const id = `kinds-${group.id}`;
  return (
    <section>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex min-h-7 w-full items-center gap-1 rounded-md px-1 text-faint text-xs hover:text-ink max-md:min-h-10"
      >
        <ChevronRight className={cn('size-3.5 shrink-0 transition-transform', open && 'rotate-90')} aria-hidden />
        <span className="truncate" title={group.title}>
          {group.title}
        </span>
      </button>
      <ul id={id} hidden={!open} className="flex flex-col gap-px pb-1.5">
        {open &&
          group.kinds.map((kind) => <Kind key={resourceId(kind)} kind={kind} cluster={cluster} current={current} />)}
      </ul>
    </section>
  );
}

function Kind({ kind, cluster, current }: { kind: ApiResource; cluster: ClusterRef; current: string | undefined }) {
  const namespaces = useNamespaceChoice(cluster);
  const id = resourceId(kind);
  const count = useKubeCount({ ref: cluster, resource: kind, namespaces: splitNamespaces(namespaces) });
  const isCurrent = id === current;
  return (
    <li>
      <Link
        href={kindHref(cluster, kind, namespaces)}
        aria-current={isCurrent ? 'page' : undefined}
        className={cn(
          'flex min-h-7 items-center gap-2 rounded-md pr-2 pl-5.5 hover:bg-hover max-md:min-h-10',
          isCurrent && 'bg-active font-medium',
        )}
      >
        <span className="min-w-0 flex-1 truncate">{pluralOf(kind)}</span>
        {count.data !== undefined && (
          <span className="shrink-0 text-muted text-xs tabular-nums">{count.data.toLocaleString('en')}</span>
        )}
      </Link>
    </li>
  );
}
