'use client';
import { deferredCode, useDeferredCode } from '#components/deferred.tsx';
import { plainTitle } from './plain-title.ts';

// No page needs all the spellings to be painted.
const words = deferredCode(() => import('./kind-words.ts').then(({ kindWord }) => kindWord));

/** What writes the id of a kind as its heading, with Kubernetes' own capitals once they are loaded. */
export function useKindTitle(): (id: string) => string {
  return useDeferredCode(words).content ?? plainTitle;
}
