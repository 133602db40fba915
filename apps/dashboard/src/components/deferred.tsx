'use client';
import { type ComponentType, type ReactNode, useState, useSyncExternalStore } from 'react';
import { Chunk, type ChunkState } from './chunk.ts';

const chunks = new Set<Chunk<unknown>>();
const waiting: ChunkState<never> = { state: 'waiting' };
const getWaiting = () => waiting;

/** All code that is loaded on demand, as far as it is known: loading some of it may add more. */
export const deferredChunks = (): readonly Chunk<unknown>[] => [...chunks];

/** Code that is loaded when it is first used, or in advance when the page is idle; called at the top of a module. */
export function deferredCode<T>(load: () => Promise<T>): Chunk<T> {
  const chunk = new Chunk({ load });
  chunks.add(chunk);
  return chunk;
}

/** Loads code, and says whether it is there. It is tried again until it can be loaded. */
export function useDeferredCode<T>(chunk: Chunk<T>): ChunkState<T> {
  const [subscribe] = useState(() => chunk.subscribe.bind(chunk));
  return useSyncExternalStore(subscribe, () => chunk.state, getWaiting);
}

/** The same outside components. @throws TypeError if it cannot be loaded now. */
export async function loadCode<T>(chunk: Chunk<T>): Promise<T> {
  await chunk.load();
  if (chunk.state.state !== 'loaded') throw new TypeError('code cannot be loaded');
  return chunk.state.content;
}

export interface DeferredOptions {
  /** Shown until it is loaded; default: nothing. */
  placeholder?: ReactNode;
  /** Shown while it cannot be loaded; default: the placeholder. */
  failed?: ReactNode;
}

/**
 * A component whose code is loaded when it is first shown, or in advance when the page is idle. It is not rendered on the
 * server. If the code cannot be loaded, it is tried again until it can.
 */
export function deferred<P extends object>(
  load: () => Promise<ComponentType<P>>,
  { placeholder = null, failed = placeholder }: DeferredOptions = {},
): ComponentType<P> {
  const chunk = deferredCode(load);
  // biome-ignore lint/correctness/noComponentHookFactories: called once for a component, at the top of its module
  return function Deferred(props: P) {
    const { state, content: Content } = useDeferredCode(chunk);
    if (Content !== undefined) return <Content {...props} />;
    return state === 'failed' ? failed : placeholder;
  };
}
