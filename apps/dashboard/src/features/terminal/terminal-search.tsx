'use client';
import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '#components/ui/icon-button.tsx';
import { Input } from '#components/ui/input.tsx';
import type { TerminalScreen } from './terminal-screen.ts';

interface TerminalSearchProps {
  screen: TerminalScreen;
  matches: { index: number; count: number };
  onClose: () => void;
}

/** Searches the terminal's scrollback. */
export function TerminalSearch({ screen, matches, onClose }: TerminalSearchProps) {
  const [text, setText] = useState('');
  useEffect(() => () => screen.endSearch(), [screen]);
  const close = () => {
    onClose();
    screen.focus();
  };
  return (
    <search className="absolute top-2 right-5 z-10 flex items-center gap-1 rounded-lg border bg-raised p-1 shadow-float">
      <Input
        ref={focus}
        aria-label="Search in the terminal"
        placeholder="Search"
        className="w-44"
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          screen.find(target.value, -1, true);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') screen.find(text, event.shiftKey ? 1 : -1);
          else if (event.key === 'Escape') close();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <span role="status" className="min-w-14 text-center text-muted text-xs tabular-nums">
        {text === '' ? '' : matches.count === 0 ? 'None' : `${matches.index + 1}/${matches.count}`}
      </span>
      <IconButton size="sm" label="Previous match" onClick={() => screen.find(text, -1)}>
        <ChevronUp aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Next match" onClick={() => screen.find(text, 1)}>
        <ChevronDown aria-hidden />
      </IconButton>
      <IconButton size="sm" label="Close the search" onClick={close}>
        <X aria-hidden />
      </IconButton>
    </search>
  );
}

/** Focuses a field that the user has just requested. */
const focus = (field: HTMLInputElement | null) => field?.focus();
