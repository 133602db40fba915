import { type ObjectContext, objectActions } from '#features/browser/object-actions.ts';
import { type LoadedContext, loadedActions } from '#features/objects/object-page-actions.ts';
import type { Subject } from '#features/rights/needs.ts';
import type { ByName, ObjectAction } from '#features/workloads/object-action.ts';

/** An action that the palette offers for objects found by their name. */
export type NamedAction = { byName: ByName; label: string } & (
  | { needs: 'name'; action: ObjectAction<ObjectContext> }
  /** The object itself decides whether it is available, so it is requested first. */
  | { needs: 'object'; action: ObjectAction<LoadedContext> }
);

function named<C extends Subject, N extends NamedAction['needs']>(needs: N, actions: readonly ObjectAction<C>[]) {
  return actions.flatMap((action) => {
    const { byName, label, short } = action;
    if (byName === undefined) return [];
    return [{ needs, action, byName, label: typeof label === 'string' ? label : (short ?? byName.verbs[0] ?? '') }];
  });
}

export const namedActions: readonly NamedAction[] = [
  ...named('name', objectActions),
  ...named('object', loadedActions),
];
