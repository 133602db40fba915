'use client';
import dynamic from 'next/dynamic';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { TerminalPaneProps } from './terminal-pane-props.ts';

const View = dynamic(() => import('./terminal-view.tsx').then(({ TerminalView }) => TerminalView), {
  ssr: false,
  loading: () => <Skeleton className="m-3 h-4 w-40" />,
});

/** A terminal in a pod, as high as what it stands in. Its shell ends with it. The emulator is loaded when one is shown. */
export function TerminalPane(props: TerminalPaneProps) {
  const { ref, namespace, pod } = props.target;
  return <View key={`${ref.organization}/${ref.cluster}/${namespace}/${pod}`} {...props} />;
}
