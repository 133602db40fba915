'use client';
/** The kinds of a cluster in groups. */
export function ClusterNav(_: { organization: string; cluster: string }) {
  return null;
}
