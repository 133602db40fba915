'use client';
import { deferred } from '#components/deferred.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import type { LogsPaneProps } from './logs-pane-props.ts';

const View = deferred(() => import('./logs-view.tsx').then(({ LogsView }) => LogsView), {
  placeholder: <Skeleton className="m-3 h-4 w-60" />,
});

/** The live logs of a pod's containers; fills the height of its parent. Loaded when first shown. */
export function LogsPane(props: LogsPaneProps) {
  const { ref, namespace, pod } = props.target;
  return <View key={`${ref.organization}/${ref.cluster}/${namespace}/${pod}`} {...props} />;
}
