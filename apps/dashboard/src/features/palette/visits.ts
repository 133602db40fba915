import { readStored, writeStored } from '#components/stored.ts';
import type { Location } from '#features/address/location.ts';

/** A page of a cluster that somebody opened: its overview, the table of a kind, or an object. */
export interface Visit {
  cluster: string;
  /** `pods`, `deployments.apps`. */
  resource?: string;
  /** `-` for a kind without namespaces. */
  namespace?: string;
  object?: string;
}

/** Visits are remembered per person and organization: two people may use one browser. */
export interface VisitedBy {
  user: string;
  organization: string;
}

const MOST = 12;
const keyOf = ({ user, organization }: VisitedBy) => `postern.visits.${user}/${organization}`;
const fields = ['cluster', 'resource', 'namespace', 'object'] as const;

/** The visit that a location is; undefined outside a cluster. */
export function visitOf({ cluster, resource, namespace, object }: Location): Visit | undefined {
  if (cluster === undefined) return undefined;
  if (resource === undefined) return { cluster };
  if (namespace === undefined || object === undefined) return { cluster, resource };
  return { cluster, resource, namespace, object };
}

export const sameVisit = (a: Visit, b: Visit): boolean => fields.every((field) => a[field] === b[field]);

/** Earlier visits in this browser, latest first, each place once. */
export function readVisits(by: VisitedBy): Visit[] {
  try {
    const stored: unknown = JSON.parse(readStored(keyOf(by)) ?? '[]');
    return Array.isArray(stored) ? stored.filter(isVisit).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberVisit(by: VisitedBy, visit: Visit): void {
  const others = readVisits(by).filter((other) => !sameVisit(other, visit));
  writeStored(keyOf(by), JSON.stringify([visit, ...others].slice(0, MOST)));
}

function isVisit(value: unknown): value is Visit {
  if (typeof value !== 'object' || value === null) return false;
  const visit = value as Record<string, unknown>;
  return (
    typeof visit['cluster'] === 'string' &&
    fields.every((field) => visit[field] === undefined || typeof visit[field] === 'string')
  );
}
