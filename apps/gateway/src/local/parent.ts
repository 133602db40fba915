import type { LocalClusterMessage } from './local-clusters.ts';

/** Messages to the parent process. */
type Message = { type: 'ready'; url: string; metricsUrl: string; setupCodeRequired: boolean } | LocalClusterMessage;

/** Sends a message to the parent process; undefined if it opened no channel. */
export const tellParent: ((message: Message) => void) | undefined =
  process.send &&
  ((message) => {
    // Ignores an error if the parent has just exited; `gone` follows.
    if (process.connected) process.send?.(message, undefined, undefined, () => {});
  });

/** Calls back when the parent asks to drain, and when it has exited. */
export function onParent(listeners: { drain: () => void; gone: () => void }): void {
  if (process.send === undefined) return;
  process.on('message', (message: unknown) => {
    if (typeof message === 'object' && message !== null && Reflect.get(message, 'type') === 'drain') listeners.drain();
  });
  process.once('disconnect', listeners.gone);
}
