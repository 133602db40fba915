import type { ReactNode } from 'react';
import { cn } from '../class-names.ts';
import type { Tone } from './tone.ts';

const tones: Record<Tone, string> = {
  ok: 'bg-ok-dot',
  warn: 'bg-warn-dot',
  bad: 'bg-bad-dot',
  info: 'bg-info-dot',
  idle: 'bg-idle-dot',
};

export interface StatusDotProps {
  tone: Tone;
  /** The state is about to change: the dot pulses. */
  pending?: boolean;
  className?: string;
  /** The state as text, because colour alone is not accessible. */
  children: ReactNode;
}

/** The dot alone, where its meaning is said in another way. */
export function Dot({ tone, pending = false }: Pick<StatusDotProps, 'tone' | 'pending'>) {
  return (
    <span
      aria-hidden
      className={cn(
        'size-2 shrink-0',
        tones[tone],
        pending && 'animate-pulse-dot',
        tone === 'bad' ? 'rounded-[2px]' : 'rounded-full',
      )}
    />
  );
}

export function StatusDot({ tone, pending = false, className, children }: StatusDotProps) {
  return (
    <span className={cn('inline-flex base:min-w-0 items-center gap-2', className)}>
      <Dot tone={tone} pending={pending} />
      <span className="min-w-0 truncate">{children}</span>
    </span>
  );
}
