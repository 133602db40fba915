'use client';
import { ListFilter } from 'lucide-react';
import { Input } from '#components/ui/input.tsx';
import { Select } from '#components/ui/select.tsx';
import type { SeverityFloor } from './severity.ts';

export interface LogFilter {
  /** As typed; `parseFilter` has the syntax. */
  typed: string;
  floor: SeverityFloor;
}

interface LogFilterBoxProps {
  filter: LogFilter;
  onChange: (filter: LogFilter) => void;
}

const floors: readonly { value: SeverityFloor; label: string }[] = [
  { value: 'all', label: 'All levels' },
  { value: 'info', label: 'Info and up' },
  { value: 'warn', label: 'Warnings and up' },
  { value: 'error', label: 'Errors' },
];

/** Chooses which lines are shown: by severity, and by words and fields. */
export function LogFilterBox({ filter, onChange }: LogFilterBoxProps) {
  return (
    <>
      <Select
        aria-label="Severity"
        title="Severity"
        className="max-sm:w-[31%] [&_select]:h-7 max-sm:[&_select]:h-9 max-sm:[&_select]:truncate"
        options={floors}
        value={filter.floor}
        onChange={({ target: { value } }) => onChange({ ...filter, floor: value as SeverityFloor })}
      />
      <Input
        aria-label="Filter lines"
        title="Show only lines with: a word, -word, “two words”, level=error, status!=200, msg~refused"
        type="search"
        placeholder="Filter: level=error"
        autoComplete="off"
        spellCheck={false}
        className="w-44 max-sm:w-[48%] [&_input]:h-7 max-sm:[&_input]:h-9"
        leading={<ListFilter className="size-3.5!" aria-hidden />}
        value={filter.typed}
        onChange={({ target: { value } }) => onChange({ ...filter, typed: value })}
        onKeyDown={(event) => event.key === 'Escape' && onChange({ ...filter, typed: '' })}
      />
    </>
  );
}
