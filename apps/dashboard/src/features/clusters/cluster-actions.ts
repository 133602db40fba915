import { FileDown, ShieldCheck, Tags, Terminal, Trash2 } from 'lucide-react';
import type { Action } from '#features/actions/action.ts';

export type ClusterDialog = 'kubeconfig' | 'install' | 'labels' | 'policies' | 'delete';

/** The current cluster; undefined outside a cluster. */
export interface ClusterContext {
  cluster: string | undefined;
  open: (dialog: ClusterDialog) => void;
}

function opening(
  dialog: ClusterDialog,
  looks: Pick<Action<ClusterContext>, 'label' | 'icon' | 'danger'>,
): Action<ClusterContext> {
  return {
    id: `cluster.${dialog}`,
    group: 'cluster',
    ...looks,
    enabled: ({ cluster }) => cluster !== undefined,
    run: ({ open }) => open(dialog),
  };
}

/** The actions for a cluster. */
export const clusterActions: Record<ClusterDialog, Action<ClusterContext>> = {
  kubeconfig: opening('kubeconfig', { label: 'Kubeconfig', icon: FileDown }),
  install: opening('install', { label: 'New install command', icon: Terminal }),
  labels: opening('labels', { label: 'Edit labels', icon: Tags }),
  policies: opening('policies', { label: 'Policies', icon: ShieldCheck }),
  delete: opening('delete', { label: 'Delete cluster', icon: Trash2, danger: true }),
};
