import { memo } from 'react';
import { cn } from '#components/class-names.ts';
import { type AnsiColour, parseAnsi, type Run, type TextStyle } from './ansi.ts';
import type { StampedLine } from './log-line.ts';
import { findAll } from './log-search.ts';

const colours: Record<AnsiColour, string> = {
  red: 'text-bad',
  green: 'text-ok',
  yellow: 'text-warn',
  blue: 'text-info',
  magenta: 'text-[#8a2f9e] dark:text-[#e0a3f0]',
  cyan: 'text-[#0c6f80] dark:text-[#6fd3e3]',
  grey: 'text-faint',
};

function classesOf({ colour, bold, dim, italic, underline, inverse }: TextStyle): string {
  return cn(
    colour !== undefined && colours[colour],
    bold && 'font-semibold',
    dim && colour === undefined && 'text-faint',
    italic && 'italic',
    underline && 'underline',
    inverse && 'rounded-xs bg-active px-0.5',
  );
}

/** The text of a log line, with its colours and marked search results. */
export const LogText = memo(function LogText({ line, search }: { line: StampedLine; search: string }) {
  const runs = parseAnsi(line.raw);
  const marks = findAll(line.text, search);
  let at = 0;
  return runs.map((run) => {
    const from = at;
    at += run.text.length;
    return (
      <span key={from} className={classesOf(run.style) || undefined}>
        {marks.length === 0 ? run.text : <Marked run={run} from={from} marks={marks} />}
      </span>
    );
  });
});

function Marked({ run, from, marks }: { run: Run; from: number; marks: readonly [number, number][] }) {
  const parts: { text: string; marked: boolean; at: number }[] = [];
  let at = 0;
  for (const [start, end] of marks) {
    const [a, b] = [Math.max(at, start - from), Math.min(run.text.length, end - from)];
    if (b <= a) continue;
    parts.push({ text: run.text.slice(at, a), marked: false, at }, { text: run.text.slice(a, b), marked: true, at: a });
    at = b;
  }
  parts.push({ text: run.text.slice(at), marked: false, at: at + 0.5 });
  return parts.map((part) =>
    part.marked ? (
      <mark key={part.at} className="rounded-xs bg-warn-dot/40 text-ink">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}
