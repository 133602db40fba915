import { commandLine } from '#features/kube/kubectl-text.ts';
import { MOST_CONTAINERS } from './log-feed.ts';
import type { LogSelection } from './log-selection.ts';

export interface LogView {
  selection: LogSelection;
  /** Selects the pods of a workload; undefined if not yet known, or if no selector does. */
  labelSelector: string | undefined;
  /** Undefined for all containers. */
  container: string | undefined;
  previous: boolean;
  /** How far back: an argument of kubectl. */
  since: string;
}

/** The commands that show the same as a view; none for all namespaces, which `kubectl logs` cannot read at once. */
export function commandsOf(view: LogView): { label: string; command: string }[] {
  const { selection, container, previous, since } = view;
  const which = container === undefined ? ['--all-containers'] : ['-c', container];
  const how = [since, '--timestamps', previous ? '--previous' : '--follow'];
  if (selection.of === 'pods') {
    const commands = selection.pods.map(({ namespace, name }) =>
      commandLine('kubectl', 'logs', '-n', namespace, name, ...which, ...how),
    );
    const [first] = selection.pods;
    return [
      { label: 'The same', command: commands.join('\n') },
      ...(first !== undefined && commands.length === 1 && container !== undefined
        ? [
            {
              label: 'Of all its containers',
              command: commandLine(
                'kubectl',
                'logs',
                '-n',
                first.namespace,
                first.name,
                '--all-containers',
                '--prefix',
                since,
              ),
            },
          ]
        : []),
    ];
  }
  const namespaces = selection.of === 'workload' ? [selection.namespace] : selection.namespaces;
  // kubectl needs a selector; this one fits every pod.
  const selector = view.labelSelector ?? '!postern.dev/none';
  const many = ['--prefix', '--ignore-errors', `--max-log-requests=${MOST_CONTAINERS}`];
  const lines = namespaces.map((namespace) =>
    commandLine('kubectl', 'logs', '-n', namespace, '-l', selector, ...which, ...many, ...how),
  );
  return lines.length === 0 ? [] : [{ label: 'The same', command: lines.join('\n') }];
}
