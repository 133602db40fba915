'use client';
import { commonKinds } from './common-kinds.ts';

export interface PaletteKind {
  /** As in the address: `deployments.apps`. */
  resource: string;
  title: string;
  /** Its API group, where it says something. */
  note: string | undefined;
}

const common: PaletteKind[] = commonKinds.map(({ resource, kind }) => ({
  resource,
  title: `${kind}s`,
  note: undefined,
}));

/** The kinds one can go to in a cluster. */
export function useKinds(_organization: string, cluster: string | undefined): PaletteKind[] {
  return cluster === undefined ? [] : common;
}
