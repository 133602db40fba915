'use client';
import { Clock, Download, History, Pause, Play, WrapText } from 'lucide-react';
import { useEffect, useState } from 'react';
import { saveFile } from '#components/save-file.ts';
import { IconButton } from '#components/ui/icon-button.tsx';
import { ShowKubectl } from '#components/ui/kubectl.tsx';
import { Menu } from '#components/ui/menu.tsx';
import { Select } from '#components/ui/select.tsx';
import { bindAction } from '#features/actions/action.ts';
import { ActionItem } from '#features/actions/action-item.tsx';
import { useActions } from '#features/actions/use-actions.ts';
import { browserSurroundings, nextFrame } from '#features/kube/surroundings.ts';
import { ALL_CONTAINERS, ContainerSelect } from '#features/pods/container-select.tsx';
import { downloadLog, downloadLogs, writtenLines } from './download-log.ts';
import { downloadActions } from './log-actions.ts';
import { clusterLogs } from './log-cluster.ts';
import { commandsOf } from './log-commands.ts';
import { EMPTY, type LogSnapshot } from './log-feed.ts';
import { parseFilter } from './log-filter.ts';
import { type LogFilter, LogFilterBox } from './log-filter-box.tsx';
import { LogLines } from './log-lines.tsx';
import { LogNotes, NoLines } from './log-notes.tsx';
import type { LogPod } from './log-pod.ts';
import { LogSearchBox } from './log-search-box.tsx';
import { isOnePod, isOneWorkload, selectionKey, titleOf } from './log-selection.ts';
import { setLogSettings, useLogSettings } from './log-settings.ts';
import { sinceChoices } from './log-since.ts';
import { LogSources } from './log-sources.tsx';
import { LogStatus } from './log-status.tsx';
import type { LogsPaneProps } from './logs-pane-props.ts';
import { useLogFeed } from './use-log-feed.ts';
import { useSelectedPods } from './use-selected-pods.ts';

const none: typeof downloadActions = [];

/** The content of `LogsPane`: follow, scroll back, filter, search, download. */
export function LogsView({ selection, active = true, onChoice }: LogsPaneProps) {
  const one = isOnePod(selection);
  const { pods, problem, narrowed, labelSelector } = useSelectedPods(selection);
  const [chosen, setChosen] = useState(selection.container);
  const container = chosen ?? (one ? pods?.[0]?.main : ALL_CONTAINERS);
  const [previous, setPrevious] = useState(false);
  const sinces = sinceChoices({ one });
  const [sinceValue, setSince] = useState('');
  const since = sinces.find(({ value }) => value === sinceValue) ?? sinces[0];
  const [attempt, setAttempt] = useState(0);
  const [paused, setPaused] = useState(false);
  const [filter, setFilter] = useState<LogFilter>({ typed: '', floor: 'all' });
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(-1);
  const settings = useLogSettings();

  const key = container && JSON.stringify([selectionKey(selection), container, previous, since.value, attempt]);
  const { feed, log } = useLogFeed(key, {
    cluster: clusterLogs(selection.ref),
    around: browserSurroundings,
    schedule: nextFrame,
    containers: container === ALL_CONTAINERS ? { which: 'all' } : { which: 'named', name: container ?? '' },
    one: one || isOneWorkload(selection),
    previous,
    from: since.from,
  });
  useEffect(() => {
    if (pods !== undefined) feed?.setPods(pods);
  }, [feed, pods]);
  const { typed, floor } = filter;
  useEffect(() => feed?.setQuery({ test: parseFilter(typed, floor), search }), [feed, typed, floor, search]);
  useEffect(() => (paused ? feed?.pause() : feed?.resume()), [feed, paused]);

  const { lines, matches, sources } = log;
  // -1 is the newest; wraps around at both ends.
  const match = matches.length === 0 ? -1 : ((at % matches.length) + matches.length) % matches.length;
  const several = sources.length > 1;
  const title = titleOf(selection);
  const shown = sources.filter(({ wanted }) => wanted).map(({ source }) => source);
  const context = {
    title,
    containers: shown.length,
    lines: lines.length,
    downloadAll: () => {
      const [only, another] = shown;
      if (another !== undefined) void downloadLogs(selection.ref, shown, `${title}.log`);
      else if (only !== undefined) void downloadLog(selection.ref, { ...only, previous });
    },
    saveShown: () => {
      const written = writtenLines(lines, { timestamps: settings.timestamps, names: several });
      saveFile(`${one && shown[0] ? `${title}-${shown[0].container}` : title}.log`, written, 'text/plain');
    },
  };
  useActions(active ? downloadActions : none, context);

  return (
    <div className="flex h-full min-h-0 flex-col bg-surface">
      <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b px-3 py-1 text-xs">
        <LogStatus log={problem === undefined || sources.length > 0 ? log : failedLog(problem)} />
        {several && <LogSources sources={sources} onWant={(one, wanted) => feed?.want(one, wanted)} />}
        <div className="ml-auto flex flex-wrap items-center gap-1.5 max-sm:w-full">
          <ContainerSelect
            containers={pods && containersOf(pods)}
            value={container}
            all
            className="max-sm:w-[31%]"
            onChange={(name) => {
              setChosen(name);
              onChoice?.({ container: name });
            }}
          />
          <Select
            aria-label="How far back"
            title="How far back"
            className="max-sm:w-[31%] [&_select]:h-7 max-sm:[&_select]:h-9 max-sm:[&_select]:truncate"
            options={sinces}
            value={sinceValue}
            onChange={({ target: { value } }) => setSince(value)}
          />
          <LogFilterBox filter={filter} onChange={setFilter} />
          <LogSearchBox
            value={search}
            onChange={(next) => {
              setSearch(next);
              setAt(-1);
            }}
            matches={matches.length}
            match={match}
            onStep={(step) => setAt(match + step)}
          />
          <IconButton
            size="sm"
            label={paused ? 'Continue' : 'Pause'}
            aria-pressed={paused}
            onClick={() => setPaused(!paused)}
          >
            {paused ? <Play aria-hidden /> : <Pause aria-hidden />}
          </IconButton>
          {one && (
            <IconButton
              size="sm"
              label="Previous container"
              aria-pressed={previous}
              onClick={() => setPrevious(!previous)}
            >
              <History aria-hidden />
            </IconButton>
          )}
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
              <IconButton size="sm" label="Download" disabled={shown.length === 0}>
                <Download aria-hidden />
              </IconButton>
            }
          >
            {downloadActions.map((action) => (
              <ActionItem key={action.id} action={bindAction(action, context)} dims short />
            ))}
          </Menu>
          <ShowKubectl
            commands={commandsOf({
              selection,
              labelSelector,
              container: container === ALL_CONTAINERS ? undefined : container,
              previous,
              since: since.flag,
            })}
          />
        </div>
      </div>
      <LogNotes log={log} narrowed={narrowed} />
      <LogLines
        lines={lines}
        removed={log.removed}
        search={search}
        current={search === '' ? undefined : matches[match]}
        settings={settings}
        names={several ? Math.max(...sources.map(({ source }) => source.name.length)) : 0}
        visible={active}
        empty={
          <NoLines
            log={problem === undefined ? log : failedLog(problem)}
            previous={previous}
            filtered={typed !== '' || floor !== 'all'}
            onRetry={() => setAttempt(attempt + 1)}
          />
        }
      />
    </div>
  );
}

const failedLog = (message: string): LogSnapshot => ({ ...EMPTY, state: { state: 'failed', message } });

/** The containers of all pods, one of each name. */
function containersOf(pods: readonly LogPod[]) {
  const all = pods.flatMap(({ containers }) => containers);
  return [...new Map(all.map((container) => [container.name, container])).values()];
}
