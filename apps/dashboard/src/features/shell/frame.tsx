'use client';
import { Dialog as Radix, VisuallyHidden } from 'radix-ui';
import { type ReactNode, useEffect, useState } from 'react';
import { deferred } from '#components/deferred.tsx';
import { useLocation } from '#features/address/use-location.ts';
import { rememberOrganization } from '#features/browser-session/last-organization.ts';
import { useMe } from '#features/browser-session/use-me.ts';
import { useClusterUpdates } from '#features/clusters/use-clusters.ts';
import { Dock } from '#features/dock/dock.tsx';
import { DrainProgress } from '#features/drain/drain-progress.tsx';
import { useRefetchOnReturn } from '#features/freshness/refetch-on-return.ts';
import { useNewBuild } from '#features/new-build/new-build.ts';
import { useBuildCheck } from '#features/new-build/use-build-check.ts';
import { Palette } from '#features/palette/palette.tsx';
import { useRoute } from '#features/router/use-address.ts';
import { CurrentPage } from './current-page.tsx';
import { FrameActions } from './frame-actions.tsx';
import { useLoadAhead } from './load-ahead.ts';
import { OrganizationGate } from './organization-gate.tsx';
import { Sidebar } from './sidebar.tsx';
import { TopBar } from './top-bar.tsx';

// Loaded at once, because it is needed when nothing can be loaded any more, but after the first paint.
const LiveBanner = deferred(() => import('./live-banner.tsx').then((module) => module.LiveBanner));
// Only needed after a deployment, so not loaded with the page.
const NewBuildNotice = deferred(
  () => import('#features/new-build/new-build-notice.tsx').then((module) => module.NewBuildNotice),
  { failed: <p className="border-b px-4 py-1.5 text-info">A new version of Postern is ready. Reload this page.</p> },
);

/**
 * The frame around every page of an organization: sidebar, top bar, the page, and the dock, which persists while pages change.
 * Pages before sign-in have no frame, and neither does the page for unknown URLs, which is generated at build time.
 */
export function Frame({ children }: { children: ReactNode }) {
  const { organization } = useLocation();
  const known = useRoute() !== undefined;
  const page = <CurrentPage>{children}</CurrentPage>;
  if (organization === undefined || !known) return page;
  return <OrganizationFrame organization={organization}>{page}</OrganizationFrame>;
}

function OrganizationFrame({ organization, children }: { organization: string; children: ReactNode }) {
  const me = useMe();
  const member = me.data?.organizations.some(({ slug }) => slug === organization) === true;
  const [drawer, setDrawer] = useState(false);
  useLoadAhead();
  useBuildCheck();
  const newBuild = useNewBuild();
  useRefetchOnReturn();
  useClusterUpdates(member ? organization : undefined);
  useEffect(() => {
    if (member) rememberOrganization(organization);
  }, [member, organization]);

  return (
    <div className="flex h-dvh overflow-hidden">
      <a
        href="#main"
        className="sr-only focus-visible:not-sr-only focus-visible:absolute focus-visible:top-2 focus-visible:left-2 focus-visible:z-50 focus-visible:rounded-md focus-visible:bg-raised focus-visible:px-3 focus-visible:py-2 focus-visible:shadow-float"
      >
        Skip to content
      </a>
      <aside aria-label="Sidebar" className="hidden w-60 shrink-0 border-r bg-canvas md:flex md:flex-col">
        <Sidebar organization={organization} />
      </aside>
      <Radix.Root open={drawer} onOpenChange={setDrawer}>
        <Radix.Portal>
          <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim md:hidden" />
          <Radix.Content
            aria-describedby={undefined}
            className="fixed inset-y-0 left-0 z-40 flex w-72 max-w-[85vw] animate-fade flex-col bg-canvas shadow-float outline-none md:hidden"
          >
            <VisuallyHidden.Root>
              <Radix.Title>Navigation</Radix.Title>
            </VisuallyHidden.Root>
            <Sidebar organization={organization} onNavigate={() => setDrawer(false)} />
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
      <div className="flex min-w-0 flex-1 flex-col bg-surface">
        <TopBar onOpenNavigation={() => setDrawer(true)} />
        <LiveBanner />
        {newBuild.ready && !newBuild.later && <NewBuildNotice />}
        <main id="main" tabIndex={-1} className="relative min-h-0 flex-1 overflow-y-auto outline-none">
          <OrganizationGate me={me} organization={organization}>
            {children}
          </OrganizationGate>
        </main>
        <DrainProgress />
        <Dock organization={organization} member={member} />
      </div>
      <Palette />
      <FrameActions organization={organization} />
    </div>
  );
}
