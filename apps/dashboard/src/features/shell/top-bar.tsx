'use client';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { deferred } from '#components/deferred.tsx';
import { ariaKeys } from '#components/keys/aria-keys.ts';
import { IconButton } from '#components/ui/icon-button.tsx';
import { Kbd } from '#components/ui/kbd.tsx';
import { bindAction } from '#features/actions/action.ts';
import { useLocation } from '#features/address/use-location.ts';
import { useHasConnected } from '#features/clusters/use-clusters.ts';
import { openPalette } from '#features/palette/palette-actions.ts';
import { Breadcrumbs } from './breadcrumbs.tsx';

const palette = bindAction(openPalette, undefined);

// Only used inside a cluster, so not loaded with the list of clusters.
const NamespacePicker = deferred(() =>
  import('#features/browser/namespace-picker.tsx').then((module) => module.NamespacePicker),
);

// It can say nothing before the live connection is loaded.
const ConnectionDot = deferred(() => import('./connection-dot.tsx').then((module) => module.ConnectionDot), {
  placeholder: <span className="size-6" />,
});

export function TopBar({ onOpenNavigation }: { onOpenNavigation: () => void }) {
  const { organization, cluster } = useLocation();
  const connected = useHasConnected(organization, cluster);
  return (
    <header className="flex h-11 shrink-0 items-center gap-2 border-b px-3">
      <span className="md:hidden">
        <IconButton label="Open navigation" onClick={onOpenNavigation}>
          <MenuIcon aria-hidden />
        </IconButton>
      </span>
      <Breadcrumbs />
      <div className="flex shrink-0 grow items-center justify-end gap-2">
        {connected && organization !== undefined && cluster !== undefined && (
          <NamespacePicker organization={organization} cluster={cluster} />
        )}
        <button
          type="button"
          onClick={palette.run}
          aria-keyshortcuts={ariaKeys(palette.keys)}
          className="flex h-7 items-center gap-2 rounded-md border border-line-strong px-2 text-muted hover:bg-hover hover:text-ink max-sm:size-9 max-sm:justify-center max-sm:border-transparent max-sm:px-0"
        >
          <Search className="size-3.5 max-sm:size-4" aria-hidden />
          <span className="sr-only">{palette.label}: </span>
          <span className="hidden lg:inline">Go to…</span>
          <span className="hidden sm:inline">
            <Kbd keys={palette.keys} />
          </span>
        </button>
        <ConnectionDot />
      </div>
    </header>
  );
}
