'use client';
import { Check, ChevronsUpDown, Plus } from 'lucide-react';
import { href } from '#components/href.ts';
import { Menu, MenuLabel, MenuLink, MenuSeparator } from '#components/ui/menu.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { addCluster } from '#features/address/go-actions.ts';
import { useStatusOf } from '#features/clusters/status.ts';
import { useCluster, useClusters } from '#features/clusters/use-clusters.ts';
import { Link } from '#features/router/link.tsx';

/** Shows the current cluster, and switches to another. */
export function ClusterSwitcher({ organization, cluster }: { organization: string; cluster: string }) {
  const clusters = useClusters(organization);
  const current = useCluster(organization, cluster).data;
  const statusOf = useStatusOf();
  const status = current ? statusOf(current) : undefined;
  return (
    <Menu
      align="start"
      className="w-56"
      trigger={
        <button
          type="button"
          aria-label={`Cluster ${cluster}${status === undefined ? '' : `, ${status.word}`}`}
          className="flex min-h-8 w-full min-w-0 items-center gap-2 rounded-md border border-line bg-surface px-2 hover:bg-hover max-md:min-h-10"
        >
          <StatusDot tone={status?.tone ?? 'idle'} pending={status?.pending ?? true} className="flex-1 font-medium">
            {cluster}
          </StatusDot>
          <ChevronsUpDown className="size-3.5 shrink-0 text-faint" aria-hidden />
        </button>
      }
    >
      <MenuLabel>Clusters</MenuLabel>
      {clusters.data?.map((item) => {
        const { tone, word, pending } = statusOf(item);
        return (
          <MenuLink key={item.id}>
            <Link href={href`/${organization}/clusters/${item.name}`}>
              <StatusDot tone={tone} pending={pending} className="flex-1">
                {item.name} <span className="sr-only">({word})</span>
              </StatusDot>
              {item.name === cluster && <Check aria-label="current" />}
            </Link>
          </MenuLink>
        );
      })}
      <MenuSeparator />
      <MenuLink>
        <Link href={addCluster.href({ organization, cluster })}>
          <Plus aria-hidden /> {addCluster.label}
        </Link>
      </MenuLink>
    </Menu>
  );
}
