import { Box, ChevronRight } from 'lucide-react';
import type { Permission } from '#features/actions/permission.ts';
import { objectHref } from '#features/address/kind-href.ts';
import { type ApiResource, resourceId } from '#features/kube/api-resource.ts';
import type { ClusterRef } from '#features/kube/cluster-ref.ts';
import type { Entry } from './entries.ts';
import type { NamedAction } from './named-actions.ts';
import type { ObjectCommand } from './object-command.ts';
import { bestMatches, type NamedObject, wordsOf } from './object-match.ts';
import { requestOnObject } from './object-request.ts';

/** Numbers of entries shown. */
const OBJECTS = 20;
const PER_ACTION = 8;

interface Place {
  ref: ClusterRef;
  go: (path: string) => void;
}

const noteOf = (kind: ApiResource, namespace: string) =>
  namespace === '' ? kind.kind : `${kind.kind} in ${namespace}`;

/** The id of an object's entry, the same wherever it was found. */
export const objectEntryId = ({ organization, cluster }: ClusterRef, kind: string, namespace: string, name: string) =>
  `object ${organization} ${cluster} ${kind} ${namespace} ${name}`;

/** The objects that a text may mean, to go to. */
export function objectEntries(objects: readonly NamedObject[], typed: string, { ref, go }: Place): Entry[] {
  return bestMatches(objects, wordsOf(typed), OBJECTS).map(({ object: { kind, namespace, name }, match }) => ({
    id: objectEntryId(ref, resourceId(kind), namespace, name),
    group: 'Objects',
    title: name,
    icon: Box,
    note: noteOf(kind, namespace),
    rank: match,
    run: () => go(objectHref(ref, kind, { namespace, name })),
  }));
}

/** An action on an object. */
export interface CommandEntry extends Entry {
  needs: readonly Permission[];
}

/** What a typed command may mean: its action on each object that matches. */
export function commandEntries(
  { action: { byName, label, ...named }, whole, words }: ObjectCommand<NamedAction>,
  objects: readonly NamedObject[],
  { ref, go }: Place,
): CommandEntry[] {
  const { id, icon = ChevronRight, danger = false } = named.action;
  const fitting = objects.filter(({ kind }) => byName.fits(kind));
  return bestMatches(fitting, words, PER_ACTION).map(({ object: { kind, namespace, name }, match }) => ({
    id: `${id} ${resourceId(kind)} ${namespace} ${name}`,
    group: 'Actions on objects',
    title: [label, byName.joint, name].filter(Boolean).join(' '),
    icon,
    note: noteOf(kind, namespace),
    danger,
    // Someone who types the whole verb means the action, rather than an object with such a name.
    rank: whole ? 4 + match / 5 : match / 5,
    needs: named.action.needs?.({ target: { ref, resource: kind, namespace, name } }) ?? [],
    run: () => {
      const target = { ref, resource: kind, namespace, name };
      if (named.needs === 'object') requestOnObject({ target, action: named.action });
      else {
        named.action.run({
          target,
          chosen: [target],
          showYaml: () => go(`${objectHref(ref, kind, target)}?tab=yaml`),
          askToDelete: () => requestOnObject({ target }),
        });
      }
    },
  }));
}
