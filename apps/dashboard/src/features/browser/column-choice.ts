import { useCallback, useState } from 'react';
import type { ColumnChoice } from './column-layout.ts';

const keyOf = (resource: string) => `postern.columns.${resource}`;

function read(resource: string): ColumnChoice {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(resource)) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as ColumnChoice) : {};
  } catch {
    return {};
  }
}

/** Which columns a person wants for a kind; remembered in this browser. */
export function useColumnChoice(resource: string): [ColumnChoice, (choice: ColumnChoice) => void] {
  const [all, setAll] = useState<Record<string, ColumnChoice>>({});
  const choice = all[resource] ?? (typeof localStorage === 'undefined' ? {} : read(resource));
  const choose = useCallback(
    (next: ColumnChoice) => {
      setAll((before) => ({ ...before, [resource]: next }));
      try {
        localStorage.setItem(keyOf(resource), JSON.stringify(next));
      } catch {
        // Without storage the choice holds for this page only.
      }
    },
    [resource],
  );
  return [choice, choose];
}
