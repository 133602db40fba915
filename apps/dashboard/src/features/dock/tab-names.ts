import { titleOf } from '#features/logs/log-selection.ts';
import type { DockTab } from './dock-store.ts';

export const paneId = (id: string): string => `dock-pane-${id}`;

/** The name of a tab: the given name, otherwise what it shows, with a number or container if several tabs show the same. */
export function tabName(tab: DockTab, all: readonly DockTab[]): string {
  if (tab.name !== undefined && tab.name !== '') return tab.name;
  const { title, container } = subjectOf(tab);
  const twins = all.filter((other) => other.kind === tab.kind && subjectOf(other).title === title && !other.name);
  if (twins.length < 2) return title;
  const alike = twins.filter((twin) => subjectOf(twin).container === container);
  if (alike.length > 1 || container === undefined) return `${title} (${twins.indexOf(tab) + 1})`;
  return `${title} · ${container}`;
}

function subjectOf(tab: DockTab): { title: string; container: string | undefined } {
  if (tab.kind === 'logs') return { title: titleOf(tab.selection), container: tab.selection.container };
  return { title: tab.target.pod, container: tab.target.container };
}
