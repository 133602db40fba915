'use client';
import type { Cluster } from '@postern/contracts';
import { Ellipsis, LayoutGrid } from 'lucide-react';
import { useState } from 'react';
import { deferred } from '#components/deferred.tsx';
import { href } from '#components/href.ts';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { IconButton } from '#components/ui/icon-button.tsx';
import { Menu, MenuLink, MenuSeparator } from '#components/ui/menu.tsx';
import { OpeningLayer } from '#components/ui/opening-layer.tsx';
import { toast } from '#components/ui/toast.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionItem } from '#features/actions/action-item.tsx';
import { api } from '#features/browser-session/api.ts';
import { navigate } from '#features/router/address-bar.ts';
import { Link } from '#features/router/link.tsx';
import { usePathname } from '#features/router/use-address.ts';
import { type ClusterDialog, clusterActions } from './cluster-actions.ts';
import { useClusterList } from './use-clusters.ts';

// Loaded when first opened. The page takes no keys meanwhile, unless it fails.
const opening = { placeholder: <OpeningLayer />, failed: null };
const InstallDialog = deferred(() => import('./install-dialog.tsx').then((module) => module.InstallDialog), opening);
const KubeconfigDialog = deferred(
  () => import('./kubeconfig-dialog.tsx').then((module) => module.KubeconfigDialog),
  opening,
);
const LabelsDialog = deferred(() => import('./labels-dialog.tsx').then((module) => module.LabelsDialog), opening);
const PoliciesDialog = deferred(() => import('./policies-dialog.tsx').then((module) => module.PoliciesDialog), opening);

/** The menu of a cluster. */
export function ClusterMenu({ organization, cluster }: { organization: string; cluster: Cluster }) {
  const [open, setOpen] = useState<ClusterDialog | null>(null);
  const list = useClusterList(organization);
  const here = href`/${organization}/clusters/${cluster.name}`;
  const inside = usePathname().startsWith(here);
  const item = (name: ClusterDialog) => (
    <ActionItem action={bindAction(clusterActions[name], { cluster: cluster.name, open: setOpen })} />
  );
  const dialog = (name: ClusterDialog) => ({
    open: open === name,
    onOpenChange: (next: boolean) => setOpen(next ? name : null),
    organization,
    cluster: cluster.name,
  });

  async function remove() {
    await api.call('deleteCluster', { params: { organization, cluster: cluster.name } });
    list.remove(cluster.id);
    if (inside) navigate(href`/${organization}`);
    toast({ title: `Cluster ${cluster.name} is deleted.`, tone: 'ok' });
  }

  return (
    <>
      <Menu
        trigger={
          <IconButton label={`Actions for ${cluster.name}`}>
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        {!inside && (
          <MenuLink>
            <Link href={here}>
              <LayoutGrid aria-hidden /> Open
            </Link>
          </MenuLink>
        )}
        {item('kubeconfig')}
        {item('install')}
        {item('labels')}
        {item('policies')}
        <MenuSeparator />
        {item('delete')}
      </Menu>
      {open === 'kubeconfig' && <KubeconfigDialog {...dialog('kubeconfig')} />}
      {open === 'install' && <InstallDialog {...dialog('install')} />}
      {open === 'labels' && <LabelsDialog {...dialog('labels')} labels={cluster.labels} />}
      {open === 'policies' && <PoliciesDialog {...dialog('policies')} cluster={cluster} />}
      <ConfirmDialog
        open={open === 'delete'}
        onOpenChange={(next) => setOpen(next ? 'delete' : null)}
        title={`Delete ${cluster.name}?`}
        description="Its agent is cut off at once, and every kubeconfig and terminal of this cluster stops working. Nothing that runs in the cluster is changed."
        name={cluster.name}
        action="Delete cluster"
        onConfirm={remove}
      >
        {cluster.agent !== null && !cluster.demo && (
          <div className="mb-4 flex flex-col gap-2">
            <p className="text-muted">The agent stays in the cluster until you remove it with this command:</p>
            <CopyBox text={cluster.uninstallCommand} label="uninstall command" />
          </div>
        )}
      </ConfirmDialog>
    </>
  );
}
