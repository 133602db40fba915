import type { LogContainer, LogPod } from './log-pod.ts';

/** Which containers of the pods: all but init and debug containers, or those with a name. */
export type ContainerChoice = { which: 'all' } | { which: 'named'; name: string };

/** The chosen containers of a pod. */
export function chosenOf({ containers }: LogPod, choice: ContainerChoice): readonly LogContainer[] {
  if (choice.which === 'all') return containers.filter(({ kind }) => kind === 'container');
  return containers.filter(({ name }) => name === choice.name);
}
