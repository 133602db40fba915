import type { ComponentType } from 'react';
import { deferred } from '#components/deferred.tsx';
import type { RouteName } from '#features/router/routes.ts';
import { NotLoaded } from './not-loaded.tsx';
import { PageSkeleton } from './page-skeleton.tsx';

const page = (load: () => Promise<ComponentType>) =>
  deferred(load, {
    placeholder: <PageSkeleton />,
    failed: <NotLoaded />,
  });

/** The component of every page, in the order in which they are loaded in advance. */
export const pages: Readonly<Record<RouteName, ComponentType>> = {
  table: page(() => import('#features/browser/table-page.tsx').then((module) => module.TablePage)),
  object: page(() => import('#features/objects/object-page.tsx').then((module) => module.ObjectPage)),
  overview: page(() => import('#features/overview/overview-page.tsx').then((module) => module.OverviewPage)),
  clusters: page(() => import('#features/clusters/clusters-page.tsx').then((module) => module.ClustersPage)),
  sessions: page(() => import('#features/sessions/sessions-page.tsx').then((module) => module.SessionsPage)),
  tokens: page(() => import('#features/tokens/tokens-page.tsx').then((module) => module.TokensPage)),
  access: page(() => import('#features/access/access-page.tsx').then((module) => module.AccessPage)),
  requests: page(() => import('#features/access/requests-page.tsx').then((module) => module.RequestsPage)),
  'new-request': page(() => import('#features/access/new-request-page.tsx').then((module) => module.NewRequestPage)),
  audit: page(() => import('#features/audit/audit-page.tsx').then((module) => module.AuditPage)),
  members: page(() => import('#features/members/members-page.tsx').then((module) => module.MembersPage)),
  teams: page(() => import('#features/teams/teams-page.tsx').then((module) => module.TeamsPage)),
  'service-accounts': page(() =>
    import('#features/service-accounts/service-accounts-page.tsx').then((module) => module.ServiceAccountsPage),
  ),
  settings: page(() => import('#features/organization/settings-page.tsx').then((module) => module.SettingsPage)),
  'add-cluster': page(() => import('#features/clusters/add-cluster-page.tsx').then((module) => module.AddClusterPage)),
  'sign-in': page(() => import('#features/browser-session/sign-in-form.tsx').then((module) => module.SignInForm)),
  'sign-up': page(() => import('#features/browser-session/sign-up-form.tsx').then((module) => module.SignUpForm)),
  'account-link': page(() =>
    import('#features/account-links/account-link-page.tsx').then((module) => module.AccountLinkPage),
  ),
  join: page(() => import('#features/join/join-page.tsx').then((module) => module.JoinPage)),
  home: page(() => import('#features/browser-session/home.tsx').then((module) => module.Home)),
};
