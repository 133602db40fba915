'use client';
import { href } from '#components/href.ts';
import { usePermitted } from '#features/access/use-permitted.ts';
import { useActions } from '#features/actions/use-actions.ts';
import {
  addCluster,
  type Destination,
  goToAccess,
  goToAudit,
  goToClusters,
  goToMembers,
  goToOverview,
  goToRequests,
  goToServiceAccounts,
  goToSessions,
  goToSettings,
  goToTeams,
  goToTokens,
} from '#features/address/go-actions.ts';
import { useLocation } from '#features/address/use-location.ts';
import { signOutAction } from '#features/browser-session/account-actions.ts';
import { clusterActions } from '#features/clusters/cluster-actions.ts';
import { navigate } from '#features/router/address-bar.ts';
import { themeActions } from '#features/theme/theme-actions.ts';

const places: readonly Destination[] = [
  goToOverview,
  addCluster,
  goToClusters,
  goToSessions,
  goToAccess,
  goToRequests,
  goToAudit,
  goToMembers,
  goToTeams,
  goToServiceAccounts,
  goToTokens,
  goToSettings,
];
// Its dialog is part of the overview's URL; the others open with their menu.
const cluster = [clusterActions.kubeconfig];
const everywhere = [themeActions.light, themeActions.dark, themeActions.system, signOutAction];

/** The actions of every page of an organization. */
export function FrameActions({ organization }: { organization: string }) {
  const { cluster: name } = useLocation();
  const go = navigate;
  useActions(usePermitted(organization, places), { organization, cluster: name, go });
  useActions(cluster, {
    cluster: name,
    open: (dialog) => go(href`/${organization}/clusters/${name ?? ''}?dialog=${dialog}`),
  });
  useActions(everywhere, undefined);
  return null;
}
