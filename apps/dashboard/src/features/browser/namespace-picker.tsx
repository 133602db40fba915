'use client';
/** Chooses namespaces for the tables of a cluster. */
export function NamespacePicker(_: { organization: string; cluster: string }) {
  return null;
}
