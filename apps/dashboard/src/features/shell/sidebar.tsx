'use client';
import { ArrowLeft, type LucideIcon, Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '#components/class-names.ts';
import { deferred } from '#components/deferred.tsx';
import { href } from '#components/href.ts';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { usePermission } from '#features/access/use-permission.ts';
import { usePermitted } from '#features/access/use-permitted.ts';
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
  type Place,
} from '#features/address/go-actions.ts';
import { useLocation } from '#features/address/use-location.ts';
import { useStatusOf } from '#features/clusters/status.ts';
import { useClusters, useHasConnected } from '#features/clusters/use-clusters.ts';
import { Link } from '#features/router/link.tsx';
import { usePathname } from '#features/router/use-address.ts';
import { AccountMenu } from './account-menu.tsx';
import { ClusterSwitcher } from './cluster-switcher.tsx';
import { OrganizationSwitcher } from './organization-switcher.tsx';

// Only used inside a cluster, so not loaded with the list of clusters.
const ClusterNav = deferred(() => import('#features/browser/cluster-nav.tsx').then((module) => module.ClusterNav));

// Not needed for the first paint, and with the page because each further chunk is named in what is loaded first.
const RequestsCount = deferred(() =>
  import('#features/access/requests-page.tsx').then((module) => module.RequestsCount),
);

export interface SidebarProps {
  organization: string;
  /** Called when a link was followed, to close the drawer. */
  onNavigate?: () => void;
}

export function Sidebar({ organization, onNavigate }: SidebarProps) {
  const { cluster } = useLocation();
  const connected = useHasConnected(organization, cluster);
  const place = { organization, cluster };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only handles clicks of the links inside
    // biome-ignore lint/a11y/useKeyWithClickEvents: following a link with the keyboard also triggers a click
    <div
      className="flex min-h-0 flex-1 flex-col"
      onClick={(event) => {
        if (event.target instanceof Element && event.target.closest('a[href]') !== null) onNavigate?.();
      }}
    >
      <div className="flex h-11 shrink-0 items-center px-2">
        <OrganizationSwitcher organization={organization} />
      </div>
      {cluster === undefined ? (
        <OrganizationNav organization={organization} />
      ) : (
        <>
          <div className="flex shrink-0 flex-col gap-px px-2 pb-2">
            <NavLink href={goToClusters.href(place)} icon={ArrowLeft} quiet>
              {goToClusters.label}
            </NavLink>
            <ClusterSwitcher organization={organization} cluster={cluster} />
            <DestinationLink to={goToOverview} place={place} />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto border-t px-2 py-2">
            {connected && <ClusterNav organization={organization} cluster={cluster} />}
          </div>
        </>
      )}
      <div className="shrink-0 border-t p-2">
        <AccountMenu />
      </div>
    </div>
  );
}

const destinations: readonly Destination[] = [
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

function OrganizationNav({ organization }: { organization: string }) {
  const clusters = useClusters(organization);
  const statusOf = useStatusOf();
  const place = { organization, cluster: undefined };
  const permitted = usePermitted(organization, destinations);
  const mayAdd = usePermission(organization, 'cluster:create');
  return (
    <nav aria-label="Organization" className="flex min-h-0 flex-1 flex-col gap-px overflow-y-auto px-2 pb-3">
      <div className="relative">
        <DestinationLink to={goToClusters} place={place} />
        {mayAdd && (
          <Link
            href={addCluster.href(place)}
            aria-label={addCluster.label}
            className="absolute inset-y-0 right-1 my-auto inline-flex size-6 items-center justify-center rounded-sm text-faint hover:bg-active hover:text-ink max-md:size-9"
          >
            <Plus className="size-3.5" aria-hidden />
          </Link>
        )}
      </div>
      <div className="flex flex-col gap-px pb-1 pl-4">
        {clusters.data === undefined && clusters.error === null && (
          <>
            <Skeleton className="mx-2 my-1.5 w-28" />
            <Skeleton className="mx-2 my-1.5 w-36" />
          </>
        )}
        {clusters.data?.map((cluster) => {
          const { tone, word, pending } = statusOf(cluster);
          return (
            <NavLink key={cluster.id} href={href`/${organization}/clusters/${cluster.name}`}>
              <StatusDot tone={tone} pending={pending}>
                {cluster.name} <span className="sr-only">({word})</span>
              </StatusDot>
            </NavLink>
          );
        })}
      </div>
      {permitted.map((to) => (
        <DestinationLink
          key={to.id}
          to={to}
          place={place}
          note={to === goToRequests && <RequestsCount organization={organization} />}
        />
      ))}
    </nav>
  );
}

function DestinationLink({
  to,
  place,
  note,
}: {
  to: Destination;
  place: Pick<Place, 'organization' | 'cluster'>;
  /** Shown at the end of the link. */
  note?: ReactNode;
}) {
  return (
    <NavLink href={to.href(place)} icon={to.icon} note={note}>
      {to.short ?? to.label}
    </NavLink>
  );
}

function NavLink({
  href,
  icon: Icon,
  quiet = false,
  note,
  children,
}: {
  href: string;
  icon?: LucideIcon | undefined;
  quiet?: boolean;
  note?: ReactNode;
  children: ReactNode;
}) {
  const current = usePathname() === href;
  return (
    <Link
      href={href}
      aria-current={current ? 'page' : undefined}
      className={cn(
        'flex min-h-7 items-center gap-2 rounded-md px-2 hover:bg-hover max-md:min-h-10 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-faint',
        quiet ? 'text-muted' : 'text-ink',
        current && 'bg-active font-medium',
      )}
    >
      {Icon && <Icon aria-hidden />}
      <span className="min-w-0 truncate">{children}</span>
      {/* The space keeps the words apart in the name of the link. */} {note}
    </Link>
  );
}
