import { useState } from 'react';
import { readStored, writeStored } from '#components/stored.ts';
import type { ColumnChoice } from './column-layout.ts';

const keyOf = (resource: string) => `postern.columns.${resource}`;

function read(resource: string): ColumnChoice {
  try {
    const stored: unknown = JSON.parse(readStored(keyOf(resource)) ?? '{}');
    return typeof stored === 'object' && stored !== null ? (stored as ColumnChoice) : {};
  } catch {
    return {};
  }
}

/** The chosen columns of a kind, stored in this browser. The kind must not change while the component is mounted. */
export function useColumnChoice(resource: string): [ColumnChoice, (choice: ColumnChoice) => void] {
  const [choice, setChoice] = useState(() => read(resource));
  const choose = (next: ColumnChoice) => {
    setChoice(next);
    writeStored(keyOf(resource), JSON.stringify(next));
  };
  return [choice, choose];
}
