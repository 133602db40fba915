import type { Action } from '#features/actions/action.ts';
import type { ApiResource } from '#features/kube/api-resource.ts';
import type { Needs, Subject } from '#features/rights/needs.ts';

/** How the palette offers an action on objects that are not on the page: "scale frontend", "logs of checkout". */
export interface ByName {
  /** What people type before the name, each one word in lower case: `terminal`, `shell`. */
  verbs: readonly string[];
  /** Stands between the label and the name: "Logs of checkout". */
  joint?: 'of' | 'in';
  /** The kinds that it is for. Whether it is available for one object is decided by `enabled` when it runs. */
  fits: (resource: ApiResource) => boolean;
}

/** An action on one object of a cluster. */
export interface ObjectAction<C extends Subject> extends Action<C> {
  /** Left out if everyone who sees an object may do it. */
  needs?: Needs;
  /** Left out if it is only offered where the object is shown. */
  byName?: ByName;
}
