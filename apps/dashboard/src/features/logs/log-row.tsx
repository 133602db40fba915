'use client';
import { ChevronRight } from 'lucide-react';
import { cn } from '#components/class-names.ts';
import { looksLikeJson, unfoldJson } from './json-line.ts';
import type { LogLine } from './log-line.ts';
import { LogText } from './log-text.tsx';

interface LogRowProps {
  line: LogLine;
  search: string;
  timestamps: boolean;
  unfolded: boolean;
  onFold: (id: number) => void;
}

/** One line of a log: a seam, text, or an expandable JSON object. */
export function LogRow({ line, search, timestamps, unfolded, onFold }: LogRowProps) {
  if (line.seam) {
    return (
      <span className="flex items-center gap-3 font-sans text-warn text-xs before:h-px before:w-6 before:bg-warn-dot after:h-px after:flex-1 after:bg-warn-dot">
        {line.text}
      </span>
    );
  }
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
      {timestamps && line.time !== '' && <LineTime time={line.time} />}
      {pretty === undefined ? (
        <LogText line={line} search={search} />
      ) : (
        <LogText line={{ ...line, raw: pretty, text: pretty }} search={search} />
      )}
    </>
  );
}

/** Shows milliseconds; the full time is in the tooltip. */
function LineTime({ time }: { time: string }) {
  const [, short = time] = /T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(time) ?? [];
  return (
    <time dateTime={time} title={time} className="mr-3 inline-block w-[12ch] shrink-0 select-none text-faint">
      {short}
    </time>
  );
}
