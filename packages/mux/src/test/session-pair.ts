import { once } from 'node:events';
import type { MuxOptions } from '../options.ts';
import { MuxSession } from '../session.ts';
import { type MemoryOptions, type MemoryTransport, memoryPair } from './memory-transport.ts';

export interface SessionPair {
  gateway: MuxSession;
  agent: MuxSession;
  /** The transport of each side; in memory only. */
  transports?: { gateway: MemoryTransport; agent: MemoryTransport };
  /** Closes both sessions and waits until they are closed. */
  close(): Promise<void>;
}

export interface SessionPairOptions {
  gateway?: Partial<MuxOptions>;
  agent?: Partial<MuxOptions>;
}

/** Two sessions connected in memory. */
export async function memorySessionPair(options: SessionPairOptions & MemoryOptions = {}): Promise<SessionPair> {
  const transports = memoryPair(options);
  const gateway = new MuxSession(transports.gateway, { ...options.gateway, role: 'gateway' });
  const agent = new MuxSession(transports.agent, { ...options.agent, role: 'agent' });
  return {
    gateway,
    agent,
    transports,
    close: async () => {
      const ended = Promise.all([closing(gateway), closing(agent)]);
      gateway.close(1000, 'test over');
      if (!agent.closed && transports.gateway.isMuted) agent.close(1000, 'test over');
      await ended;
    },
  };
}

async function closing(session: MuxSession): Promise<void> {
  if (!session.closed) await once(session, 'close');
}
