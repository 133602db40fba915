import type { Permission } from '#features/actions/permission.ts';
import type { ObjectRef } from '#features/kube/kube-actions.ts';

/** The objects of an action. */
export interface Subject {
  target?: ObjectRef | undefined;
  /** All selected ones; if given, the action is on these. */
  chosen?: readonly ObjectRef[];
}

/** What an action needs on its objects; declared beside the action. */
export type Needs = (subject: Subject) => readonly Permission[];

/** At most this many objects of an action are checked. */
const CHECKED = 100;

const subjects = ({ target, chosen = target === undefined ? [] : [target] }: Subject) => chosen.slice(0, CHECKED);

/** The right to `verb` the objects of an action, or a subresource of theirs. */
export function onObject(verb: string, subresource?: string): Needs {
  return (subject) =>
    subjects(subject).map(({ ref, resource: { group, resource }, namespace, name }) => ({
      ref,
      verb,
      group,
      resource: subresource === undefined ? resource : `${resource}/${subresource}`,
      namespace,
      name,
    }));
}

/** The right to `verb` objects of another kind in the namespaces of an action's objects; in the whole cluster if they have none. */
export function besideObject(verb: string, kind: Pick<Permission, 'group' | 'resource'>): Needs {
  return (subject) => subjects(subject).map(({ ref, namespace }) => ({ ref, verb, ...kind, namespace, name: '' }));
}

/** The right to read the logs of pods, of the pods behind objects of other kinds, and of all pods of a namespace. */
export const podLogs: Needs = (subject) =>
  subjects(subject).map(({ ref, resource, namespace, name }) => ({
    ref,
    verb: 'get',
    group: '',
    resource: 'pods/log',
    namespace: resource.group === '' && resource.resource === 'namespaces' ? name : namespace,
    name: resource.group === '' && resource.resource === 'pods' ? name : '',
  }));

/** Several needs together. */
export const allOf =
  (...needs: readonly Needs[]): Needs =>
  (subject) =>
    needs.flatMap((one) => one(subject));
