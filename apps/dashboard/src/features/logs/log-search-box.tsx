'use client';
import { ChevronDown, ChevronUp, Search } from 'lucide-react';
import { cn } from '#components/class-names.ts';
import { IconButton } from '#components/ui/icon-button.tsx';
import { Input } from '#components/ui/input.tsx';

interface LogSearchBoxProps {
  value: string;
  onChange: (value: string) => void;
  /** Number of lines that match. */
  matches: number;
  /** Which of them is current, from 0. */
  match: number;
  /** Goes to the next match (1) or the previous one (-1). */
  onStep: (step: 1 | -1) => void;
}

/** Searches in the lines shown. Enter goes back in time, from the newest match. */
export function LogSearchBox({ value, onChange, matches, match, onStep }: LogSearchBoxProps) {
  return (
    <search className={cn('flex items-center gap-0.5', value === '' ? 'max-sm:w-[48%]' : 'max-sm:w-full')}>
      <Input
        aria-label="Search in the log"
        title="Search in the log: Enter goes to the match before, Shift+Enter to the one after"
        type="search"
        placeholder="Search"
        className="w-40 max-sm:w-auto max-sm:flex-1 [&_input]:h-7 max-sm:[&_input]:h-9"
        leading={<Search className="size-3.5!" aria-hidden />}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onStep(event.shiftKey ? 1 : -1);
          if (event.key === 'Escape') onChange('');
        }}
      />
      {value !== '' && (
        <>
          <span aria-live="polite" className="min-w-14 text-center text-muted tabular-nums">
            {matches === 0 ? '0/0' : `${(match + 1).toLocaleString('en')}/${matches.toLocaleString('en')}`}
          </span>
          <IconButton size="sm" label="Previous match" disabled={matches === 0} onClick={() => onStep(-1)}>
            <ChevronUp aria-hidden />
          </IconButton>
          <IconButton size="sm" label="Next match" disabled={matches === 0} onClick={() => onStep(1)}>
            <ChevronDown aria-hidden />
          </IconButton>
        </>
      )}
    </search>
  );
}
