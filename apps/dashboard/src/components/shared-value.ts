import { useSyncExternalStore } from 'react';
import { readStored, writeStored } from './stored.ts';

/** A value outside React, one per page; components that use it are updated when it changes. */
export interface SharedValue<T> {
  get: () => T;
  set: (next: T) => void;
  /** @returns a function that removes the listener. */
  subscribe: (listener: () => void) => () => void;
  /** Hook: the current value; on the server, the initial one. */
  use: () => T;
}

export interface Remembered<T> {
  key: string;
  /** Parses the stored text, null if there is none; if it throws, the text is ignored. */
  read: (stored: string | null) => T;
}

/** A shared value that starts with `initial`, or with the value stored in this browser. */
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
    subscribe,
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
