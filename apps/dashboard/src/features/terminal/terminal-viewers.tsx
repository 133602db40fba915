'use client';
import type { TerminalSharing, TerminalViewer } from '@postern/contracts';
import { Users } from 'lucide-react';
import { cn } from '#components/class-names.ts';
import { Menu, MenuCheckItem, MenuLabel, MenuSeparator } from '#components/ui/menu.tsx';
import { shareTerminal } from './held-terminals.ts';
import type { OpenState } from './terminal-session.ts';

const CHOICES: readonly { sharing: TerminalSharing; label: string }[] = [
  { sharing: 'nobody', label: 'Nobody else' },
  { sharing: 'watch', label: 'Colleagues may watch' },
  { sharing: 'write', label: 'Colleagues may type' },
];

/** Who has the terminal open, and with whom its owner shares it. */
export function Viewers({ state }: { state: OpenState }) {
  const { terminal, viewers, sharing } = state;
  const { owner } = terminal;
  const others = viewers.length - 1;
  const isShared = sharing !== 'nobody';
  const label = !owner.own ? `Shared by ${owner.email}` : isShared ? 'Shared' : 'Share';
  return (
    <Menu
      trigger={
        <button
          type="button"
          className={cn(
            'flex h-7 items-center gap-1.5 rounded-sm px-2 text-xs hover:bg-hover max-sm:h-9',
            isShared || others > 0 ? 'text-ink' : 'text-muted',
          )}
        >
          <Users className="size-3.5" aria-hidden />
          <span className="max-w-40 truncate max-sm:sr-only">{label}</span>{' '}
          {others > 0 ? (
            <span className="tabular-nums">
              {viewers.length}
              <span className="sr-only"> views</span>
            </span>
          ) : (
            <span className="sr-only">(nobody else has it open)</span>
          )}
        </button>
      }
    >
      <MenuLabel>Open now</MenuLabel>
      <ul className="px-2 pb-1 text-sm">
        {viewers.map((viewer) => (
          <li key={`${viewer.email} ${viewer.since}`} className="flex justify-between gap-6 py-0.5">
            <span>{viewer.own ? 'You' : viewer.email}</span>
            <span className="text-muted">{doing(viewer)}</span>
          </li>
        ))}
      </ul>
      {owner.own && (
        <>
          <MenuSeparator />
          <MenuLabel>Share with colleagues who may open terminals here</MenuLabel>
          {CHOICES.map((choice) => (
            <MenuCheckItem
              key={choice.sharing}
              checked={choice.sharing === sharing}
              onCheckedChange={() => void shareTerminal(terminal, choice.sharing)}
            >
              {choice.label}
            </MenuCheckItem>
          ))}
          <p className="max-w-64 px-2 py-1 text-muted text-xs">
            They find it under “Running terminals”. What they do there is done with your rights, and who joins is
            recorded.
          </p>
        </>
      )}
    </Menu>
  );
}

function doing({ mode }: TerminalViewer): string {
  return mode === 'write' ? 'may type' : 'watches';
}
