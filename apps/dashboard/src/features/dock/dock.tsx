'use client';
import { useEffect } from 'react';
import { deferred } from '#components/deferred.tsx';
import { useHeldTerminals } from '#features/terminal/held-terminals.ts';
import { restoreDock, useDock } from './dock-store.ts';

const DockPanel = deferred(() => import('./dock-panel.tsx').then(({ DockPanel }) => DockPanel));

/** Terminals and logs that stay open while pages change, and the terminals that run without a tab. Loaded when there are any. */
export function Dock({ organization }: { organization: string | undefined }) {
  const { tabs } = useDock();
  const held = useHeldTerminals(organization);
  useEffect(restoreDock, []);
  return tabs.length === 0 && held.length === 0 ? null : <DockPanel held={held} />;
}
