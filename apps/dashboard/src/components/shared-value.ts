import { useSyncExternalStore } from 'react';
import { readStored, writeStored } from './stored.ts';

/** A value outside of React, one for the page; components that use it follow its changes. */
export interface SharedValue<T> {
  get: () => T;
  set: (next: T) => void;
  /** Hook: the value now; the initial one on the server. */
  use: () => T;
}

export interface Remembered<T> {
  key: string;
  /** Takes whatever text was stored, null for none; what it throws on counts as none. */
  read: (stored: string | null) => T;
}

/** Begins with `initial`, or with what this browser remembers from its last page. */
export function sharedValue<T extends object>(initial: T, remembered?: Remembered<T>): SharedValue<T> {
  let value: T | undefined;
  const listeners = new Set<() => void>();
  const get = () => {
    value ??= remembered === undefined ? initial : recall(remembered, initial);
    return value;
  };
  const getInitial = () => initial;
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    get,
    set: (next) => {
      value = next;
      if (remembered !== undefined) writeStored(remembered.key, JSON.stringify(next));
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, get, getInitial),
  };
}

function recall<T>({ key, read }: Remembered<T>, initial: T): T {
  try {
    return read(readStored(key));
  } catch {
    return initial;
  }
}
