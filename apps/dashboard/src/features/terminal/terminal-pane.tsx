'use client';
import dynamic from 'next/dynamic';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { PodTarget, Shell } from '#features/dock/dock-store.ts';

export interface TerminalPaneProps {
  target: PodTarget;
  /** First choice; default `auto`. */
  shell?: Shell;
  /** It is in front: takes the focus and measures its latency. Default true. */
  active?: boolean;
  /** False: shows a button that starts it. Default true. */
  startAtOnce?: boolean;
  /** Somebody chose another container or shell. */
  onChoice?: (choice: { container?: string; shell?: Shell }) => void;
}

const View = dynamic(() => import('./terminal-view.tsx').then(({ TerminalView }) => TerminalView), {
  ssr: false,
  loading: () => <Skeleton className="m-3 h-4 w-40" />,
});

/** A terminal in a pod, as high as what it stands in. Its shell ends with it. The emulator is loaded when one is shown. */
export function TerminalPane(props: TerminalPaneProps) {
  const { ref, namespace, pod } = props.target;
  return <View key={`${ref.organization}/${ref.cluster}/${namespace}/${pod}`} {...props} />;
}
