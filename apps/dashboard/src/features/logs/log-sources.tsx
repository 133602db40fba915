'use client';
import { ChevronDown } from 'lucide-react';
import { Menu, MenuCheckItem, MenuLabel } from '#components/ui/menu.tsx';
import { MOST_CONTAINERS } from './log-feed.ts';
import type { SourceState } from './log-state.ts';
import { sourceColour } from './source-colours.ts';

interface LogSourcesProps {
  sources: readonly SourceState[];
  onWant: (key: string, wanted: boolean) => void;
}

const words: Record<SourceState['state']['state'], string> = {
  loading: 'loading',
  following: 'following',
  paused: 'paused',
  waiting: 'waiting',
  ended: 'ended',
  failed: 'not readable',
};

/** The containers of a log with their colours, to choose which are shown. */
export function LogSources({ sources, onWant }: LogSourcesProps) {
  const shown = sources.filter(({ wanted }) => wanted);
  const active = shown.filter(({ state }) => state.state !== 'ended' && state.state !== 'failed');
  const isFull = active.length >= MOST_CONTAINERS;
  const of = `${shown.length === sources.length ? '' : `${shown.length} of `}${sources.length}`;
  return (
    <Menu
      align="start"
      className="max-w-[min(480px,92vw)]"
      trigger={
        <button
          type="button"
          title="Choose which containers are shown"
          className="inline-flex h-7 shrink-0 items-center gap-1 rounded-md px-1.5 text-muted tabular-nums hover:bg-hover hover:text-ink max-sm:h-9"
        >
          {of} {sources.length === 1 ? 'container' : 'containers'}
          <ChevronDown className="size-3.5" aria-hidden />
        </button>
      }
    >
      <MenuLabel>
        {sources.length > MOST_CONTAINERS ? `Up to ${MOST_CONTAINERS} are followed at once` : 'Containers shown'}
      </MenuLabel>
      {sources.map(({ source, state, wanted }) => (
        <MenuCheckItem
          key={source.key}
          checked={wanted}
          disabled={!wanted && isFull}
          onCheckedChange={(checked) => onWant(source.key, checked)}
          onSelect={(event) => event.preventDefault()}
        >
          <span
            className="flex min-w-0 flex-1 items-center gap-2"
            title={'message' in state ? state.message : undefined}
          >
            <span
              aria-hidden
              className="size-2.5 shrink-0 rounded-xs"
              style={{ background: sourceColour(source.colour) }}
            />
            <span className="min-w-0 flex-1 truncate">
              {source.pod} <span className="text-muted">{source.container}</span>
            </span>
            <span className="shrink-0 text-faint text-xs">{wanted ? words[state.state] : 'not shown'}</span>
          </span>
        </MenuCheckItem>
      ))}
    </Menu>
  );
}
