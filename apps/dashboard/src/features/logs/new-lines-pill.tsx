'use client';
import { ArrowDown } from 'lucide-react';

/** Shown below the lines if more have arrived while scrolled back. */
export function NewLinesPill({ count, onFollow }: { count: number; onFollow: () => void }) {
  return (
    <button
      type="button"
      onClick={onFollow}
      className="absolute bottom-3 left-1/2 inline-flex h-7 -translate-x-1/2 items-center gap-1.5 rounded-full bg-solid px-3 text-on-solid text-xs shadow-float hover:bg-solid-hover"
    >
      <ArrowDown className="size-3.5" aria-hidden />
      {count === 0 ? 'To the end' : `${count.toLocaleString('en')} new ${count === 1 ? 'line' : 'lines'}`}
    </button>
  );
}
