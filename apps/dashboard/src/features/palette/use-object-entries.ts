'use client';
import { useMemo } from 'react';
import { missingRight } from '#features/actions/permission.ts';
import type { ApiResource } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import { useDiscovery } from '#features/kube/use-discovery.ts';
import { useRights } from '#features/rights/use-rights.ts';
import type { Entry } from './entries.ts';
import { namedActions } from './named-actions.ts';
import { commandsIn } from './object-command.ts';
import { commandEntries, objectEntries } from './object-entries.ts';
import { searchedKinds } from './searched-kinds.ts';
import { useNames } from './use-names.ts';

/** Names are requested from this number of letters on. */
const LETTERS = 2;
const NONE: readonly ApiResource[] = [];

export interface ObjectEntries {
  entries: Entry[];
  /** Whether names of objects are still being requested. */
  searching: boolean;
  /** The kinds of which only the first objects were searched. */
  cut: readonly ApiResource[];
}

/** Objects of the cluster that match the text by name, and actions on them: "scale frontend". */
export function useObjectEntries(
  ref: ClusterRef | undefined,
  typed: string,
  go: (path: string) => void,
): ObjectEntries {
  const { data } = useDiscovery(ref);
  const kinds = useMemo(() => searchedKinds(data?.resources), [data]);
  const commands = commandsIn(typed, namedActions);
  const wanted = kinds.forActions.filter((kind) => commands.some(({ action }) => action.byName.fits(kind)));
  const everyday = typed.trim().length < LETTERS ? NONE : kinds.everyday;
  const { objects, loading, cut } = useNames(ref, [...new Set([...everyday, ...wanted])]);
  const onObjects =
    ref === undefined ? [] : commands.flatMap((command) => commandEntries(command, objects, { ref, go }));
  const rights = useRights(onObjects.flatMap(({ needs }) => needs));
  if (ref === undefined) return { entries: [], searching: false, cut };
  const found = objects.filter(({ kind }) => everyday.includes(kind));
  return {
    entries: [
      ...onObjects.map(({ needs, ...entry }) => ({ ...entry, missing: missingRight(needs, rights) })),
      ...objectEntries(found, typed, { ref, go }),
    ],
    searching: loading,
    cut,
  };
}
