import type { DockTab } from './dock-store.ts';

export const paneId = (id: string): string => `dock-pane-${id}`;

/** The name of a tab: the given name, otherwise the pod, with a number or container if several tabs have the same pod. */
export function tabName(tab: DockTab, all: readonly DockTab[]): string {
  if (tab.name !== undefined && tab.name !== '') return tab.name;
  const { pod, container } = tab.target;
  const twins = all.filter((other) => other.kind === tab.kind && other.target.pod === pod && !other.name);
  if (twins.length < 2) return pod;
  const alike = twins.filter((twin) => twin.target.container === container);
  if (alike.length > 1 || container === undefined) return `${pod} (${twins.indexOf(tab) + 1})`;
  return `${pod} · ${container}`;
}
