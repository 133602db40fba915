'use client';
import { useEffect } from 'react';
import { deferred } from '#components/deferred.tsx';
import { useHeldTerminals } from '#features/terminal/held-terminals.ts';
import { restoreDock, showTabsOf, useDock } from './dock-store.ts';

const DockPanel = deferred(() => import('./dock-panel.tsx').then(({ DockPanel }) => DockPanel));

/**
 * Terminals and logs of an organization that stay open while pages change, and the terminals that run without a tab. Loaded when
 * there are any.
 */
export function Dock({ organization, member }: { organization: string; member: boolean }) {
  const { tabs, others } = useDock();
  const held = useHeldTerminals(member ? organization : undefined);
  useEffect(() => {
    restoreDock();
    showTabsOf(organization);
  }, [organization]);
  return tabs.length === 0 && others.length === 0 && held.length === 0 ? null : <DockPanel held={held} />;
}
