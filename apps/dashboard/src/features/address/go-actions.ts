import type { Permission } from '@postern/contracts';
import {
  Bot,
  Hand,
  History,
  KeyRound,
  LayoutGrid,
  LayoutList,
  Plus,
  ScrollText,
  Settings,
  ShieldCheck,
  User,
  Users,
} from 'lucide-react';
import { href } from '#components/href.ts';
import type { Action } from '#features/actions/action.ts';

/** The current location, and how to navigate. */
export interface Place {
  organization: string;
  /** Undefined outside a cluster. */
  cluster: string | undefined;
  go: (path: string) => void;
}

/** An action that navigates to a page; links use its `href`. */
export interface Destination extends Action<Place> {
  label: string;
  /** What a role must give for the page to show anything; default: every member sees it. */
  permission?: Permission;
  href: (place: Pick<Place, 'organization' | 'cluster'>) => string;
}

function destination(definition: Omit<Destination, 'run'>): Destination {
  return { ...definition, run: (place) => place.go(definition.href(place)) };
}

export const goToClusters = destination({
  id: 'go.clusters',
  label: 'All clusters',
  short: 'Clusters',
  group: 'go',
  icon: LayoutList,
  keys: 'g c',
  href: ({ organization }) => href`/${organization}`,
});

export const goToSessions = destination({
  id: 'go.sessions',
  label: 'Sessions',
  group: 'go',
  icon: History,
  // Inside a cluster the same keys go to its services.
  keys: 'g s',
  href: ({ organization }) => href`/${organization}/sessions`,
});

export const goToTokens = destination({
  id: 'go.tokens',
  label: 'API tokens',
  group: 'go',
  icon: KeyRound,
  keys: 'g t',
  href: ({ organization }) => href`/${organization}/tokens`,
});

export const goToAccess = destination({
  id: 'go.access',
  label: 'Access',
  group: 'go',
  icon: ShieldCheck,
  keys: 'g a',
  href: ({ organization }) => href`/${organization}/access`,
});
export const goToRequests = destination({
  id: 'go.requests',
  label: 'Access requests',
  short: 'Requests',
  group: 'go',
  icon: Hand,
  href: ({ organization }) => href`/${organization}/requests`,
});
export const goToAudit = destination({
  id: 'go.audit',
  label: 'Audit',
  group: 'go',
  icon: ScrollText,
  permission: 'audit:read',
  href: ({ organization }) => href`/${organization}/audit`,
});
export const goToMembers = destination({
  id: 'go.members',
  label: 'Members',
  group: 'go',
  icon: User,
  href: ({ organization }) => href`/${organization}/members`,
});
export const goToTeams = destination({
  id: 'go.teams',
  label: 'Teams',
  group: 'go',
  icon: Users,
  href: ({ organization }) => href`/${organization}/teams`,
});
export const goToServiceAccounts = destination({
  id: 'go.service-accounts',
  label: 'Service accounts',
  group: 'go',
  icon: Bot,
  permission: 'service-account:read',
  href: ({ organization }) => href`/${organization}/service-accounts`,
});
export const goToSettings = destination({
  id: 'go.settings',
  label: 'Settings',
  group: 'go',
  icon: Settings,
  href: ({ organization }) => href`/${organization}/settings`,
});
export const addCluster = destination({
  id: 'go.add-cluster',
  label: 'Add cluster',
  group: 'go',
  icon: Plus,
  permission: 'cluster:create',
  href: ({ organization }) => href`/${organization}/add-cluster`,
});

export const goToOverview = destination({
  id: 'go.overview',
  label: 'Overview',
  group: 'cluster',
  icon: LayoutGrid,
  keys: 'g o',
  enabled: ({ cluster }) => cluster !== undefined,
  href: ({ organization, cluster = '' }) => href`/${organization}/clusters/${cluster}`,
});
