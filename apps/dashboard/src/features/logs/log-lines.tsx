'use client';
import { useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { cn } from '#components/class-names.ts';
import type { LogLine } from './log-line.ts';
import { LogRow } from './log-row.tsx';
import type { LogSettings } from './log-settings.ts';
import { NewLinesPill } from './new-lines-pill.tsx';

export interface LogLinesProps {
  lines: readonly LogLine[];
  /** Number of lines that were before the first one and have been dropped. */
  removed: number;
  search: string;
  /** Index of the current search result's line. */
  current: number | undefined;
  settings: LogSettings;
  /** Length of the longest name of a source, in characters; 0 to show no names. */
  names: number;
  visible: boolean;
  /** Shown if there are no lines. */
  empty: ReactNode;
}

const LINE = 18;
/** Above this number of lines, rows are not drawn far beyond what is visible while they are followed. */
const MANY = 1000;
/** Distance from the end that still counts as at the end, in pixels. */
const NEAR = 24;

/** The lines of a log. Scrolled to the end, it stays there; otherwise it shows how many lines have arrived. */
export function LogLines(props: LogLinesProps) {
  const { lines, removed, search, current, settings, names, visible, empty } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const [seen, setSeen] = useState(0);
  const last = useRef({ top: 0, height: 0 });
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    getItemKey: (index) => lines[index]?.id ?? index,
    // While a long log is followed, every change replaces all rows, and nobody scrolls.
    overscan: following && lines.length > MANY ? 4 : 30,
  });
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set());
  const fold = useCallback(
    (id: number) =>
      setUnfolded((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
    [],
  );
  useAnchor({ virtual, lines, removed, following, scroller });
  const arrived = removed + lines.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new line, and every change of height, moves the end
  useLayoutEffect(() => {
    const element = scroller.current;
    if (following && visible && element !== null) element.scrollTop = element.scrollHeight;
  }, [arrived, following, visible, settings.wrap, virtual.getTotalSize()]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: these change the heights of lines
  useLayoutEffect(() => {
    virtual.measure();
    // Rows that keep their height report nothing by themselves.
    for (const row of scroller.current?.querySelectorAll<HTMLElement>('[data-index]') ?? [])
      virtual.resizeItem(virtual.indexFromElement(row as HTMLDivElement), settings.wrap ? row.offsetHeight : LINE);
  }, [settings.wrap, settings.timestamps, names]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a search step scrolls
  useEffect(() => {
    if (current === undefined) return;
    setFollowing(false);
    setSeen(arrived);
    virtual.scrollToIndex(current, { align: 'center' });
  }, [current]);

  function onScroll() {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const { top, height } = last.current;
    last.current = { top: scrollTop, height: scrollHeight };
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    // A change of line heights also scrolls. Only if the content has not shrunk has the user scrolled up.
    const leaves = !atEnd && scrollTop < top && scrollHeight >= height;
    if (following ? leaves : atEnd) {
      setFollowing(!following);
      setSeen(arrived);
    }
  }
  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={scroller}
        aria-label="Log lines"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
        className="absolute inset-0 overflow-auto py-1 font-mono text-[12px] leading-[18px] focus-visible:outline-offset-[-2px]"
      >
        {lines.length === 0 && <div className="px-3 py-2 font-sans text-muted text-sm">{empty}</div>}
        <div
          className={cn('relative', !settings.wrap && 'w-max min-w-full')}
          style={{ height: virtual.getTotalSize() }}
        >
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index];
            if (line === undefined) return null;
            return (
              <div
                key={item.key}
                ref={settings.wrap || unfolded.size > 0 ? virtual.measureElement : undefined}
                data-index={item.index}
                style={{ transform: `translateY(${item.start}px)` }}
                className={cn(
                  'absolute top-0 left-0 min-h-[18px] min-w-full px-5',
                  settings.wrap ? 'w-full whitespace-pre-wrap [overflow-wrap:anywhere]' : 'whitespace-pre',
                  item.index === current && 'bg-accent-soft',
                )}
              >
                <LogRow
                  line={line}
                  search={search}
                  timestamps={settings.timestamps}
                  names={names}
                  unfolded={unfolded.has(line.id)}
                  onFold={fold}
                />
              </div>
            );
          })}
        </div>
      </section>
      {!following && lines.length > 0 && (
        <NewLinesPill
          count={Math.max(0, arrived - seen)}
          onFollow={() => {
            setFollowing(true);
            scroller.current?.focus({ preventScroll: true });
          }}
        />
      )}
    </div>
  );
}

interface Anchor {
  virtual: Virtualizer<HTMLDivElement, Element>;
  lines: readonly LogLine[];
  removed: number;
  following: boolean;
  scroller: RefObject<HTMLDivElement | null>;
}

/** Keeps the visible lines in place when older ones are dropped above them, or late ones take their place there. */
function useAnchor({ virtual, lines, removed, following, scroller }: Anchor): void {
  const anchor = useRef<{ line: LogLine; index: number; removed: number; start: number }>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    const before = anchor.current;
    if (element !== null && before !== undefined && !following) {
      // Lines that were inserted above it have moved it on, never back.
      const index = lines.indexOf(before.line, Math.max(0, before.index - (removed - before.removed)));
      const start = index === -1 ? undefined : virtual.measurementsCache[index]?.start;
      if (start !== undefined && start !== before.start) element.scrollTop += start - before.start;
    }
  }, [virtual, lines, removed, following, scroller]);
  // After every render, which follows every scroll: the first line in view.
  useLayoutEffect(() => {
    const top = scroller.current?.scrollTop ?? 0;
    const item = virtual.getVirtualItems().find(({ end }) => end > top);
    const line = item && lines[item.index];
    anchor.current = line && { line, index: item.index, removed, start: item.start };
  });
}
