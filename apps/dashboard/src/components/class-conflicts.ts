import { extendTailwindMerge } from 'tailwind-merge';

let merge: ((classes: string) => string) | undefined;

/** @throws if two of the classes set the same property, because their order in the style sheet decides which one wins. */
export function refuseConflicts(classes: string): void {
  // Made here, because a call in the module itself would keep it in the production build.
  merge ??= extendTailwindMerge({
    extend: { theme: { text: ['xs', 'sm', 'base', 'lg', 'xl'], shadow: ['float'] } },
  });
  const left = new Set(merge(classes).split(' '));
  const lost = classes.split(' ').filter((name) => !left.has(name));
  if (lost.length > 0) throw new Error(`${lost.join(', ')} and another class of "${classes}" set the same property.`);
}
