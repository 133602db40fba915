import { type ApiResource, resourceId } from './api-resource.ts';

/** A word as a POSIX shell takes it. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line out of its words; undefined ones are left out. */
export function commandLine(...words: (string | undefined)[]): string {
  return words.flatMap((word) => (word === undefined ? [] : shellWord(word))).join(' ');
}

/** The kind as one gives it to kubectl. */
export const kubectlKind = (resource: ApiResource): string => resourceId(resource);

/** `-n x`, nothing for kinds without namespaces. */
export const namespaceFlag = (namespace: string): string[] => (namespace === '' ? [] : ['-n', namespace]);
