'use client';
import dynamic from 'next/dynamic';
import { useEffect } from 'react';
import { restoreDock, useDock } from './dock-store.ts';

const DockPanel = dynamic(() => import('./dock-panel.tsx').then(({ DockPanel }) => DockPanel), { ssr: false });

/** Terminals and logs that stay open while pages change. Loaded when the first is opened. */
export function Dock() {
  const { tabs } = useDock();
  useEffect(restoreDock, []);
  return tabs.length === 0 ? null : <DockPanel />;
}
