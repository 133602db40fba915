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
  { value: 'info', label: 'Info and above' },
  { value: 'warn', label: 'Warnings and errors' },
  { value: 'error', label: 'Errors' },
];

/** Chooses which lines are shown: by severity, and by words and fields. */
export function LogFilterBox({ filter, onChange }: LogFilterBoxProps) {
  return (
    <>
      <Select
        aria-label="Severity"
        title="Severity"
        className="[&_select]:h-7 max-sm:[&_select]:h-9"
        options={floors}
        value={filter.floor}
        onChange={({ target: { value } }) => onChange({ ...filter, floor: value as SeverityFloor })}
      />
      <Input
        aria-label="Filter lines"
        title="Show only lines with: a word, -word, “two words”, level=error, status!=200, msg~refused"
        type="search"
        placeholder="Filter: word, level=error"
        autoComplete="off"
        spellCheck={false}
        className="w-48 max-sm:w-full [&_input]:h-7 max-sm:[&_input]:h-9"
        leading={<ListFilter className="size-3.5!" aria-hidden />}
        value={filter.typed}
        onChange={({ target: { value } }) => onChange({ ...filter, typed: value })}
        onKeyDown={(event) => event.key === 'Escape' && onChange({ ...filter, typed: '' })}
      />
    </>
  );
}
