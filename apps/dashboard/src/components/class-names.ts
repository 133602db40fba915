import { type ClassValue, clsx } from 'clsx';
import { refuseConflicts } from './class-conflicts.ts';

/**
 * Joins class names, of which no two may set the same property. What callers of a component may set themselves, the component
 * sets with the variant `base:` (globals.css), which loses to any other class.
 * @throws in development and in tests, if two set the same property.
 */
export function cn(...classes: ClassValue[]): string {
  const joined = clsx(classes);
  // 8 kB that browsers need not load: conflicts are found before.
  if (process.env.NODE_ENV !== 'production') refuseConflicts(joined);
  return joined;
}
