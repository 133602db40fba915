'use client';
import { deferred } from '#components/deferred.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { selectionKey } from './log-selection.ts';
import type { LogsPaneProps } from './logs-pane-props.ts';

const View = deferred(() => import('./logs-view.tsx').then(({ LogsView }) => LogsView), {
  placeholder: <Skeleton className="m-3 w-60" />,
});

/** The live logs of the containers of some pods; fills the height of its parent. Loaded when first shown. */
export function LogsPane(props: LogsPaneProps) {
  return <View key={selectionKey(props.selection)} {...props} />;
}
