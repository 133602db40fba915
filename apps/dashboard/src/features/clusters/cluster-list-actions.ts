import type { Action } from '#features/actions/action.ts';

/** The list of clusters, as context of actions. */
export interface ClusterListContext {
  focusFilter: () => void;
}

export const filterClusters: Action<ClusterListContext> = {
  id: 'clusters.filter',
  label: 'Filter clusters',
  group: 'page',
  keys: '/',
  unlisted: true,
  run: ({ focusFilter }) => focusFilter(),
};

/** The rows of the list, for moving the focus between them. */
export interface ClusterRowsContext {
  move: (by: 1 | -1) => void;
}

export const clusterRowActions: readonly Action<ClusterRowsContext>[] = [
  { id: 'clusters.next', label: 'Next cluster', group: 'page', keys: 'j', unlisted: true, run: ({ move }) => move(1) },
  {
    id: 'clusters.previous',
    label: 'Previous cluster',
    group: 'page',
    keys: 'k',
    unlisted: true,
    run: ({ move }) => move(-1),
  },
];
