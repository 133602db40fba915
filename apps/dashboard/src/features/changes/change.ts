/** Something that somebody or something changed in a cluster. */
export interface Change {
  key: string;
  /** Milliseconds since 1970. */
  at: number;
  /** What was changed; `resource` is the id in URLs: `deployments.apps`. */
  object: { resource: string; kind: string; namespace: string; name: string };
  /** What happened to it, for after its name: `rolled out revision 7`. */
  what: string;
  /** More about it: `frontend:2.14.0 → 2.14.1`. */
  detail?: string | undefined;
  /** The program that did it; undefined if unknown. */
  by?: string | undefined;
}

/** The latest changes of several sources, newest first, each once. */
export function newestFirst(changes: readonly Change[], most: number): Change[] {
  const unique = new Map(changes.map((change) => [change.key, change]));
  return [...unique.values()].sort((a, b) => b.at - a.at).slice(0, most);
}
