import { type ApiResource, resourceId } from './api-resource.ts';

/** Quotes a word for a POSIX shell if necessary. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Joins words into a command line; undefined ones are left out. */
export function commandLine(...words: (string | undefined)[]): string {
  return words.flatMap((word) => (word === undefined ? [] : shellWord(word))).join(' ');
}

/** The resource as an argument for kubectl. */
export const kubectlKind = (resource: ApiResource): string => resourceId(resource);

/** `-n x`; empty for kinds without namespaces. */
export const namespaceFlag = (namespace: string): string[] => (namespace === '' ? [] : ['-n', namespace]);
