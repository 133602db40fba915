'use client';
import type { HeldTerminal } from '@postern/contracts';
import { useEffect, useState } from 'react';
import { liveSocket } from '#features/live/live-socket.ts';

const NONE: readonly HeldTerminal[] = [];

/** The terminals of an organization that run and that this person may open: their own, and those shared with them. */
export function useHeldTerminals(organization: string | undefined): readonly HeldTerminal[] {
  const [terminals, setTerminals] = useState(NONE);
  useEffect(() => {
    if (organization === undefined) return;
    let stop = () => {};
    let isOver = false;
    void liveSocket().then((socket) => {
      if (isOver) return;
      let retry: ReturnType<typeof setTimeout> | undefined;
      const watch = () =>
        socket.emit('terminals:watch', { organization }, (answer) => {
          if (isOver) return;
          clearTimeout(retry);
          if ('items' in answer) setTerminals(answer.items);
          else if (answer.error.retryAfterSeconds !== undefined)
            retry = setTimeout(watch, answer.error.retryAfterSeconds * 1_000);
        });
      const onChanged = (change: { organization: string; items: HeldTerminal[] }) => {
        if (change.organization === organization) setTerminals(change.items);
      };
      socket.on('connect', watch);
      socket.on('terminals:changed', onChanged);
      if (socket.connected) watch();
      stop = () => {
        clearTimeout(retry);
        socket.off('connect', watch);
        socket.off('terminals:changed', onChanged);
        if (socket.connected) socket.emit('terminals:unwatch', { organization }, () => {});
      };
    });
    return () => {
      isOver = true;
      stop();
      setTerminals(NONE);
    };
  }, [organization]);
  return terminals;
}

/** Ends a shell. Without a connection, as soon as there is one. */
export async function endTerminal(terminal: { organization: string; id: string }): Promise<void> {
  const socket = await liveSocket();
  socket.emit('terminal:close', { organization: terminal.organization, terminal: terminal.id }, () => undefined);
}

/** Lets colleagues of the same level watch a terminal, or type in it, or nobody. */
export async function shareTerminal(terminal: HeldTerminal, sharing: HeldTerminal['sharing']): Promise<void> {
  const socket = await liveSocket();
  const { organization, id } = terminal;
  socket.emit('terminal:share', { organization, terminal: id, sharing }, () => undefined);
}
