import { attackNamed } from '../attacks/index.ts';

/** Names of the attacks that sent too little to count. */
export function tooWeak(names: readonly string[], sent: Record<string, number>): string[] {
  return names.filter((name) => (sent[name] ?? 0) < attackNamed(name).enough);
}
