import type { LocalCluster } from './local-clusters.ts';

/** What is said to the program that started this one. */
type Message =
  | { type: 'ready'; url: string; metricsUrl: string; setupCodeRequired: boolean }
  | ({ type: 'local-cluster' } & LocalCluster);

/** Tells the parent over the channel it opened; undefined when it opened none. */
export const tellParent: ((message: Message) => void) | undefined =
  process.send &&
  ((message) => {
    // To a parent that has just gone; `gone` follows.
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  });

/** Calls back when the parent asks to drain, and when it is gone. */
export function onParent(listeners: { drain: () => void; gone: () => void }): void {
  if (process.send === undefined) return;
  process.on('message', (message: unknown) => {
    if (typeof message === 'object' && message !== null && Reflect.get(message, 'type') === 'drain') listeners.drain();
  });
  process.once('disconnect', listeners.gone);
}
