import { plainTitle } from '#features/kinds/plain-title.ts';
import { matchPattern, type Params } from './pattern.ts';

/** A kind of page: the paths that show it, and what the browser calls it. */
interface Route {
  readonly path: string;
  /** Default: only the name of the product. */
  readonly title?: string | ((params: Params, kindTitle: typeof plainTitle) => string);
}

/** Every page of the dashboard; the first pattern that matches counts. `app/` has a file for each, for first loads. */
export const routes = {
  home: { path: '/' },
  'sign-in': { path: '/sign-in', title: 'Sign in' },
  'sign-up': { path: '/sign-up', title: 'Create an account' },
  'account-link': { path: '/account/:action', title: 'Account' },
  join: { path: '/join', title: 'Invitation' },
  clusters: { path: '/:organization', title: 'Clusters' },
  'add-cluster': { path: '/:organization/add-cluster', title: 'Add a cluster' },
  sessions: { path: '/:organization/sessions', title: 'Sessions' },
  tokens: { path: '/:organization/tokens', title: 'API tokens' },
  access: { path: '/:organization/access', title: 'Access' },
  requests: { path: '/:organization/requests', title: 'Access requests' },
  'new-request': { path: '/:organization/requests/new', title: 'Request access' },
  audit: { path: '/:organization/audit', title: 'Audit' },
  members: { path: '/:organization/members', title: 'Members' },
  teams: { path: '/:organization/teams', title: 'Teams' },
  'service-accounts': { path: '/:organization/service-accounts', title: 'Service accounts' },
  settings: { path: '/:organization/settings', title: 'Settings' },
  overview: { path: '/:organization/clusters/:cluster', title: of('cluster') },
  table: { path: '/:organization/clusters/:cluster/r/:resource', title: of('resource', 'cluster') },
  object: {
    path: '/:organization/clusters/:cluster/r/:resource/:namespace/:name',
    title: of('name', 'resource', 'cluster'),
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

export interface RouteMatch {
  readonly name: RouteName;
  readonly title: string;
}

/** Paths that match a pattern but are no pages: Next's name of its page for unknown URLs, and a page that exists in development only. */
const reserved = new Set(['/_not-found', '/gallery']);

/** The page that a path shows; undefined if it shows none. @param kindTitle how the title spells the id of a kind. */
export function matchRoute(pathname: string, kindTitle = plainTitle): RouteMatch | undefined {
  if (reserved.has(pathname)) return undefined;
  for (const name of Object.keys(routes) as RouteName[]) {
    const { path, title }: Route = routes[name];
    const params = matchPattern(path, pathname);
    if (params === undefined) continue;
    const own = typeof title === 'function' ? title(params, kindTitle) : title;
    return { name, title: own === undefined ? 'Postern' : `${own} · Postern` };
  }
  return undefined;
}

function of(...names: string[]): (params: Params, kindTitle: typeof plainTitle) => string {
  return (params, kindTitle) =>
    names.map((name) => (name === 'resource' ? kindTitle : String)(params[name] ?? '')).join(' · ');
}
