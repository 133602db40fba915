'use client';
import { deferred } from '#components/deferred.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { TerminalPaneProps } from './terminal-pane-props.ts';

const View = deferred(() => import('./terminal-view.tsx').then(({ TerminalView }) => TerminalView), {
  placeholder: <Skeleton className="m-3 w-40" />,
});

/** A terminal in a pod; fills the height of its parent. Its shell runs on when it unmounts. The emulator is loaded on demand. */
export function TerminalPane(props: TerminalPaneProps) {
  const { ref, namespace, pod } = props.target;
  return <View key={`${ref.organization}/${ref.cluster}/${namespace}/${pod}`} {...props} />;
}
