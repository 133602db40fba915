/** Another object, as in manifests. */
export interface ObjectReference {
  apiVersion: string;
  kind: string;
  /** Empty for kinds without namespaces. */
  namespace: string;
  name: string;
}

/** What to do next. */
export type Step =
  /** Opens the log of a container. */
  | { do: 'logs'; container: string }
  | { do: 'events' }
  | { do: 'yaml' }
  /** Opens another object. */
  | { do: 'open'; to: ObjectReference }
  /** Opens the list of a kind, in the namespace of the object. */
  | { do: 'list'; apiVersion: string; kind: string };

/** Why an object is broken, with the evidence and what to do next. */
export interface Reason {
  /** Distinguishes the reasons of one object. */
  key: string;
  /** In one sentence, without a full stop. */
  title: string;
  /** The cluster's own words, unchanged. */
  detail?: string | undefined;
  facts: readonly { label: string; value: string }[];
  /** About when it is tried again, in milliseconds since 1970. */
  next?: number | undefined;
  /** The run of a container whose last lines show the cause; `run` counts its restarts. */
  log?: { container: string; previous: boolean; run: number } | undefined;
  steps: readonly Step[];
}

/** A fact, or nothing if there is no value. */
export function known(label: string, value: string | number | undefined): { label: string; value: string }[] {
  return value === undefined || value === '' ? [] : [{ label, value: String(value) }];
}
