'use client';
import { useEffect, useState } from 'react';
import { liveSocket } from '#features/live/live-socket.ts';

const EVERY_MS = 5000;
const GIVE_UP_MS = 4000;

/** Round trip from the page to the gateway in milliseconds, measured every few seconds. Undefined if there is no answer. */
export function useLatency(enabled: boolean): number | undefined {
  const [latency, setLatency] = useState<number>();
  useEffect(() => {
    if (!enabled) return;
    let over = false;
    const measure = async () => {
      const socket = await liveSocket();
      if (over || document.hidden || !socket.connected) return;
      const sent = performance.now();
      socket.timeout(GIVE_UP_MS).emit('terminal:ping', (error) => {
        if (!over) setLatency(error ? undefined : performance.now() - sent);
      });
    };
    void measure();
    const timer = setInterval(() => void measure(), EVERY_MS);
    return () => {
      over = true;
      clearInterval(timer);
      setLatency(undefined);
    };
  }, [enabled]);
  return latency;
}
