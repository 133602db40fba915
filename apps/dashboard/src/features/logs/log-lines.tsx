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
  search: string;
  /** Index of the current search result's line. */
  current: number | undefined;
  settings: LogSettings;
  visible: boolean;
  /** Shown if there are no lines. */
  empty: ReactNode;
}

const LINE = 18;
/** Distance from the end that still counts as at the end, in pixels. */
const NEAR = 24;

/** The lines of a log. Scrolled to the end, it stays there; otherwise it shows how many lines have arrived. */
export function LogLines({ lines, search, current, settings, visible, empty }: LogLinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const [seen, setSeen] = useState(0);
  const last = useRef({ top: 0, height: 0 });
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE,
    getItemKey: (index) => lines[index]?.id ?? index,
    overscan: 30,
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
  useAnchor({ virtual, lines, following, scroller });
  const newest = lines.at(-1)?.id ?? -1;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new line, and every change of height, moves the end
  useLayoutEffect(() => {
    const element = scroller.current;
    if (following && visible && element !== null) element.scrollTop = element.scrollHeight;
  }, [newest, following, visible, settings.wrap, virtual.getTotalSize()]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: wrapped and unwrapped lines have different heights
  useEffect(() => virtual.measure(), [settings.wrap, settings.timestamps]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a search step scrolls
  useEffect(() => {
    if (current === undefined) return;
    setFollowing(false);
    setSeen(newest);
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
      setSeen(newest);
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
          count={Math.max(0, newest - seen)}
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
  following: boolean;
  scroller: RefObject<HTMLDivElement | null>;
}

/** Keeps the visible lines in place when older ones are dropped above them. */
function useAnchor({ virtual, lines, following, scroller }: Anchor): void {
  const first = lines[0]?.id ?? 0;
  const before = useRef({ first, offsets: new Map<number, number>() });
  useLayoutEffect(() => {
    const { first: oldFirst, offsets } = before.current;
    const element = scroller.current;
    if (element !== null && !following && first > oldFirst) {
      // The height of the dropped lines; unmeasured ones have the default height.
      const height = offsets.get(first) ?? (first - oldFirst) * LINE;
      element.scrollTop -= height;
    }
    before.current = {
      first,
      offsets: new Map(virtual.getVirtualItems().map((item) => [lines[item.index]?.id ?? -1, item.start])),
    };
  }, [virtual, lines, following, scroller, first]);
}
