'use client';
import { ChevronRight } from 'lucide-react';
import { cn } from '#components/class-names.ts';
import { href } from '#components/href.ts';
import {
  addCluster,
  goToAccess,
  goToAudit,
  goToClusters,
  goToMembers,
  goToRequests,
  goToServiceAccounts,
  goToSessions,
  goToSettings,
  goToTeams,
  goToTokens,
} from '#features/address/go-actions.ts';
import type { Location } from '#features/address/location.ts';
import { useLocation } from '#features/address/use-location.ts';
import { useKindTitle } from '#features/kinds/use-kind-title.ts';
import { Link } from '#features/router/link.tsx';

interface Crumb {
  label: string;
  href: string;
}

const pages: Record<string, string> = {
  'add-cluster': addCluster.label,
  sessions: goToSessions.label,
  tokens: goToTokens.label,
  access: goToAccess.label,
  requests: goToRequests.label,
  audit: goToAudit.label,
  members: goToMembers.label,
  teams: goToTeams.label,
  'service-accounts': goToServiceAccounts.label,
  settings: goToSettings.label,
};

function crumbsOf(location: Location, kindTitle: (id: string) => string): Crumb[] {
  const { organization, cluster, resource, namespace, object, page } = location;
  if (organization === undefined) return [];
  const root = href`/${organization}`;
  const crumbs: Crumb[] = [{ label: goToClusters.short ?? goToClusters.label, href: root }];
  if (page !== undefined) {
    const own = { label: pages[page] ?? page, href: root + href`/${page}` };
    return page === 'add-cluster' ? [...crumbs, own] : [own];
  }
  if (cluster === undefined) return crumbs;
  const base = root + href`/clusters/${cluster}`;
  crumbs.push({ label: cluster, href: base });
  if (resource === undefined) return crumbs;
  const list = base + href`/r/${resource}`;
  crumbs.push({ label: kindTitle(resource), href: list });
  if (namespace === undefined || object === undefined) return crumbs;
  if (namespace !== '-') crumbs.push({ label: namespace, href: list + href`?ns=${namespace}` });
  crumbs.push({ label: object, href: list + href`/${namespace}/${object}` });
  return crumbs;
}

export function Breadcrumbs() {
  const crumbs = crumbsOf(useLocation(), useKindTitle());
  // Alone, it would only repeat the page's heading.
  if (crumbs.length < 2) return null;
  return (
    <nav aria-label="Breadcrumbs" className="min-w-0 flex-1">
      <ol className="flex min-w-0 items-center gap-1">
        {crumbs.map((crumb, index) => {
          const last = index === crumbs.length - 1;
          return (
            <li
              key={crumb.href}
              className={cn('flex min-w-0 items-center gap-1', last ? 'shrink' : 'shrink-0 max-md:hidden')}
            >
              {index > 0 && <ChevronRight className="size-3.5 shrink-0 text-faint max-md:hidden" aria-hidden />}
              <Link
                href={crumb.href}
                aria-current={last ? 'page' : undefined}
                className={cn(
                  'truncate rounded-sm px-1 py-0.5 hover:bg-hover',
                  last ? 'font-medium text-ink' : 'text-muted hover:text-ink',
                )}
              >
                {crumb.label}
              </Link>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
