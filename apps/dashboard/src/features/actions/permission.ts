/** One thing that a cluster allows a person or not, with the attributes that RBAC decides on. */
export interface Permission {
  ref: { organization: string; cluster: string };
  verb: string;
  /** Empty for the core group. */
  group: string;
  /** With its subresource, as in a rule: `deployments/scale`. */
  resource: string;
  /** Empty for kinds without namespaces. */
  namespace: string;
  name: string;
}

/**
 * What is missing, as a sentence, if the person is known not to have a right; undefined if they have it or if that is not known,
 * in which case the apiserver decides.
 */
export type Rights = (permission: Permission) => string | undefined;

/** What is missing of the rights that something needs, as far as it is known. */
export function missingRight(needs: readonly Permission[], rights: Rights | undefined): string | undefined {
  for (const permission of rights === undefined ? [] : needs) {
    const missing = rights?.(permission);
    if (missing !== undefined) return missing;
  }
  return undefined;
}
