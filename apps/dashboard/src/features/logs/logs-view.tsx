'use client';
import { ChevronDown, ChevronUp, Clock, Download, History, Search, WrapText } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { saveFile } from '#components/save-file.ts';
import { ErrorState } from '#components/ui/error-state.tsx';
import { IconButton } from '#components/ui/icon-button.tsx';
import { Input } from '#components/ui/input.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu } from '#components/ui/menu.tsx';
import { Select } from '#components/ui/select.tsx';
import { StatusDot } from '#components/ui/status-dot.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionItem } from '#features/actions/action-item.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { commandLine } from '#features/kube/kubectl-text.ts';
import { ContainerSelect } from '#features/pods/container-select.tsx';
import type { PodTarget } from '#features/pods/pod-target.ts';
import { usePodContainers } from '#features/pods/use-pod-containers.ts';
import { downloadLog } from './download-log.ts';
import { downloadActions } from './log-actions.ts';
import type { LogSnapshot } from './log-feed.ts';
import { LogLines } from './log-lines.tsx';
import { matchingLines } from './log-search.ts';
import { setLogSettings, useLogSettings } from './log-settings.ts';
import type { LogsPaneProps } from './logs-pane-props.ts';
import { useLogFeed } from './use-log-feed.ts';

const none: typeof downloadActions = [];

const periods = [
  { value: '', label: 'Last 2,000 lines' },
  { value: '300', label: 'Last 5 minutes' },
  { value: '3600', label: 'Last hour' },
  { value: '21600', label: 'Last 6 hours' },
  { value: '86400', label: 'Last day' },
];

/** The content of `LogsPane`: follow, scroll back, search, download. */
export function LogsView({ target, active = true, onChoice }: LogsPaneProps) {
  const containers = usePodContainers(target);
  const [chosen, setChosen] = useState(target.container);
  const container = chosen ?? containers?.main;
  const [previous, setPrevious] = useState(false);
  const [since, setSince] = useState('');
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(-1);
  const settings = useLogSettings();
  const sinceSeconds = since === '' ? undefined : Number(since);
  const [attempt, setAttempt] = useState(0);
  const choice = container === undefined ? undefined : { container, previous, sinceSeconds };
  const feed = useLogFeed(target, choice, attempt);
  const lines = useDeferredValue(feed.lines);
  const term = useDeferredValue(search);
  const matches = useMemo(() => matchingLines(lines, term), [lines, term]);
  // -1 is the newest; wraps around at both ends.
  const match = matches.length === 0 ? -1 : ((at % matches.length) + matches.length) % matches.length;
  const step = (by: number) => setAt(match + by);

  function save() {
    const written = feed.lines
      .filter(({ seam }) => !seam)
      .map(({ time, text }) => (settings.timestamps && time !== '' ? `${time} ${text}` : text));
    saveFile(`${target.pod}-${container ?? 'log'}.log`, `${written.join('\n')}\n`, 'text/plain');
  }

  const context = {
    pod: target.pod,
    container,
    lines: feed.lines.length,
    downloadAll: (of: string) => void downloadLog(target, { container: of, previous }),
    saveShown: save,
  };
  useActions(active ? downloadActions : none, context);

  return (
    <div className="flex h-full min-h-0 flex-col bg-surface">
      <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b px-3 py-1 text-xs">
        <LogStateWords feed={feed} />
        <div className="ml-auto flex flex-wrap items-center gap-1.5">
          <ContainerSelect
            containers={containers?.containers}
            value={container}
            onChange={(name) => {
              setChosen(name);
              onChoice?.({ container: name });
            }}
          />
          <Select
            aria-label="How far back"
            className="[&_select]:h-7 max-sm:[&_select]:h-9"
            options={periods}
            value={since}
            onChange={({ target: { value } }) => setSince(value)}
          />
          <search className="flex items-center gap-0.5">
            <Input
              aria-label="Search in the log"
              type="search"
              placeholder="Search"
              className="w-44 max-sm:w-36 [&_input]:h-7 max-sm:[&_input]:h-9"
              leading={<Search className="size-3.5!" aria-hidden />}
              value={search}
              onChange={(event) => {
                setSearch(event.target.value);
                setAt(-1);
              }}
              onKeyDown={(event) => {
                // From the newest line backwards.
                if (event.key === 'Enter') step(event.shiftKey ? 1 : -1);
                if (event.key === 'Escape') setSearch('');
              }}
            />
            {search !== '' && (
              <>
                <span aria-live="polite" className="min-w-14 text-center text-muted tabular-nums">
                  {matches.length === 0
                    ? '0/0'
                    : `${(match + 1).toLocaleString('en')}/${matches.length.toLocaleString('en')}`}
                </span>
                <IconButton size="sm" label="Previous match" disabled={matches.length === 0} onClick={() => step(-1)}>
                  <ChevronUp aria-hidden />
                </IconButton>
                <IconButton size="sm" label="Next match" disabled={matches.length === 0} onClick={() => step(1)}>
                  <ChevronDown aria-hidden />
                </IconButton>
              </>
            )}
          </search>
          <IconButton size="sm" label="Previous run" aria-pressed={previous} onClick={() => setPrevious(!previous)}>
            <History aria-hidden />
          </IconButton>
          <IconButton
            size="sm"
            label="Timestamps"
            aria-pressed={settings.timestamps}
            onClick={() => setLogSettings({ timestamps: !settings.timestamps })}
          >
            <Clock aria-hidden />
          </IconButton>
          <IconButton
            size="sm"
            label="Wrap lines"
            aria-pressed={settings.wrap}
            onClick={() => setLogSettings({ wrap: !settings.wrap })}
          >
            <WrapText aria-hidden />
          </IconButton>
          <Menu
            trigger={
              <IconButton size="sm" label="Download" disabled={container === undefined}>
                <Download aria-hidden />
              </IconButton>
            }
          >
            {downloadActions.map((action) => (
              <ActionItem key={action.id} action={bindAction(action, context)} dims short />
            ))}
          </Menu>
          <ShowKubectl commands={commandsOf(target, { container, previous, since })} />
        </div>
      </div>
      {feed.dropped > 0 && (
        <p className="shrink-0 border-b bg-warn-soft px-3 py-1 text-warn text-xs">
          {feed.dropped.toLocaleString('en')} older lines are no longer kept here.
        </p>
      )}
      <LogLines
        lines={lines}
        search={term}
        current={search === '' ? undefined : matches[match]}
        settings={settings}
        visible={active}
        empty={<NoLines feed={feed} previous={previous} onRetry={() => setAttempt(attempt + 1)} />}
      />
    </div>
  );
}

function LogStateWords({ feed: { state, lines } }: { feed: LogSnapshot }) {
  if (state.state === 'loading') {
    return (
      <StatusDot tone="info" pending>
        Loading…
      </StatusDot>
    );
  }
  if (state.state === 'following') {
    return (
      <StatusDot tone="ok" className="shrink-0">
        Following <span className="text-muted tabular-nums">{lines.length.toLocaleString('en')} lines</span>
      </StatusDot>
    );
  }
  const tone = state.state === 'failed' ? 'bad' : state.state === 'waiting' ? 'warn' : 'idle';
  return (
    <div role="status" className="min-w-0">
      <StatusDot tone={tone} pending={state.state === 'waiting'} className="[&>span]:whitespace-normal">
        {state.state === 'failed' ? 'Not loaded' : state.message}
      </StatusDot>
    </div>
  );
}

interface NoLinesProps {
  feed: LogSnapshot;
  previous: boolean;
  onRetry: () => void;
}

function NoLines({ feed: { state }, previous, onRetry }: NoLinesProps) {
  if (state.state === 'loading') return null;
  if (state.state === 'failed') {
    return (
      <ErrorState compact title="There is no log to show." onRetry={onRetry}>
        {state.message}
      </ErrorState>
    );
  }
  return previous ? 'The previous run wrote nothing.' : 'Nothing has been written yet.';
}

function commandsOf(
  { namespace, pod }: PodTarget,
  how: { container: string | undefined; previous: boolean; since: string },
) {
  const { container, previous, since } = how;
  const which = ['-n', namespace, pod, ...(container === undefined ? [] : ['-c', container])];
  const from = since === '' ? '--tail=2000' : `--since=${since}s`;
  return [
    {
      label: 'The same',
      command: commandLine('kubectl', 'logs', ...which, from, '--timestamps', previous ? '--previous' : '--follow'),
    },
    {
      label: 'Of all its containers',
      command: commandLine('kubectl', 'logs', '-n', namespace, pod, '--all-containers', '--prefix', from),
    },
  ];
}
