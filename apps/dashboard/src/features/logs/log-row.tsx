'use client';
import { ChevronRight } from 'lucide-react';
import { cn } from '#components/class-names.ts';
import { looksLikeJson, unfoldJson } from './json-line.ts';
import type { LineSource } from './line-source.ts';
import type { LogLine } from './log-line.ts';
import { LogText } from './log-text.tsx';
import { sourceColour } from './source-colours.ts';

interface LogRowProps {
  line: LogLine;
  search: string;
  timestamps: boolean;
  /** Width of the column of sources, in characters; 0 to show none. */
  names: number;
  unfolded: boolean;
  onFold: (id: number) => void;
}

/** One line of a log: a seam, text, or an expandable JSON object. */
export function LogRow({ line, search, timestamps, names, unfolded, onFold }: LogRowProps) {
  if (line.seam) return <Seam line={line} names={names} />;
  const json = looksLikeJson(line.text);
  const pretty = json && unfolded ? unfoldJson(line.text) : undefined;
  return (
    <>
      {json && (
        <button
          type="button"
          aria-expanded={unfolded}
          aria-label={unfolded ? 'Fold this line' : 'Unfold this line'}
          className="absolute left-0.5 flex size-[18px] items-center justify-center rounded-sm text-faint hover:bg-active hover:text-ink"
          onClick={() => onFold(line.id)}
        >
          <ChevronRight className={cn('size-3 transition-transform', unfolded && 'rotate-90')} aria-hidden />
        </button>
      )}
      {(line.severity === 'error' || line.severity === 'warn') && (
        <span
          aria-hidden
          className={cn('absolute inset-y-0 left-0 w-0.5', line.severity === 'error' ? 'bg-bad-dot' : 'bg-warn-dot')}
        />
      )}
      {names > 0 && line.source !== undefined && <SourceName source={line.source} width={names} />}
      {timestamps && line.time !== '' && <LineTime time={line.time} />}
      {pretty === undefined ? (
        <LogText line={line} search={search} />
      ) : (
        <LogText line={{ ...line, raw: pretty, text: pretty }} search={search} />
      )}
    </>
  );
}

/** Where reading broke off and was resumed, or a container came or went. */
function Seam({ line: { text, time, source }, names }: { line: LogLine; names: number }) {
  const [, clock] = CLOCK.exec(time) ?? [];
  return (
    <span className="flex items-center gap-3 whitespace-normal font-sans text-warn text-xs before:h-px before:w-6 before:shrink-0 before:bg-warn-dot after:h-px after:min-w-6 after:flex-1 after:bg-warn-dot">
      <span className="min-w-0" title={time}>
        {names > 0 && source !== undefined && `${source.name}: `}
        {text}
        {clock !== undefined && `, ${clock.slice(0, 8)}`}
      </span>
    </span>
  );
}

const LONGEST_NAME = 28;

/** The container that wrote a line, by name and colour. */
function SourceName({ source, width }: { source: LineSource; width: number }) {
  return (
    <span
      title={`${source.namespace}/${source.pod}/${source.container}`}
      className="mr-2 inline-block truncate align-bottom font-medium max-sm:max-w-[10ch]"
      style={{ color: sourceColour(source.colour), width: `${Math.min(width, LONGEST_NAME)}ch` }}
    >
      {source.name}
    </span>
  );
}

const CLOCK = /T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/;

/** Shows milliseconds; the full time is in the tooltip. */
function LineTime({ time }: { time: string }) {
  const [, short = time] = CLOCK.exec(time) ?? [];
  return (
    <time dateTime={time} title={time} className="mr-3 inline-block w-[12ch] shrink-0 select-none text-faint">
      {short}
    </time>
  );
}
