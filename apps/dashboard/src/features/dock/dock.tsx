'use client';
import dynamic from 'next/dynamic';
import { useEffect } from 'react';
import { restoreDock, useDock } from './dock-store.ts';

const DockPanel = dynamic(() => import('./dock-panel.tsx').then(({ DockPanel }) => DockPanel), { ssr: false });

/** Terminals and log tabs that live on while pages change. Loaded when the first opens. */
export function Dock() {
  const { tabs } = useDock();
  useEffect(restoreDock, []);
  return tabs.length === 0 ? null : <DockPanel />;
}
