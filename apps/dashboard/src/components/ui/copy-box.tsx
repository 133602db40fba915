'use client';
import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { cn } from '../class-names.ts';
import { Button } from './button.tsx';
import { IconButton } from './icon-button.tsx';

/** Copies text; `copied` stays true for two seconds. */
function useCopy(): { copied: boolean; failed: boolean; copy: (text: string) => void } {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  function copy(text: string) {
    const show = (next: 'copied' | 'failed') => {
      setState(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setState('idle'), 2000);
    };
    navigator.clipboard.writeText(text).then(
      () => show('copied'),
      () => show('failed'),
    );
  }
  return { copied: state === 'copied', failed: state === 'failed', copy };
}

export interface CopyBoxProps {
  text: string;
  /** Describes the text in the button's name: "install command". */
  label: string;
  /** Part of the text that is hidden until revealed. Copying always copies all of the text. */
  secret?: string;
  className?: string;
}

/** A command or a secret to copy; wraps, so that all of it is visible. */
export function CopyBox({ text, label, secret, className }: CopyBoxProps) {
  const { copied, failed, copy } = useCopy();
  const [revealed, setRevealed] = useState(secret === undefined);
  const shown = revealed || secret === undefined ? text : text.replaceAll(secret, '•'.repeat(12));
  return (
    <div className={cn('flex flex-wrap items-start overflow-hidden rounded-lg border bg-sunken', className)}>
      <section
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long content scrolls, so it must be reachable by keyboard
        tabIndex={0}
        className="max-h-72 min-w-0 flex-1 overflow-auto px-3 py-2.5 focus-visible:outline-offset-[-2px]"
      >
        <pre className="whitespace-pre-wrap text-[12.5px] leading-5 [overflow-wrap:anywhere]">{shown}</pre>
      </section>
      <div className="flex shrink-0 items-center gap-1 p-1.5">
        {secret !== undefined && (
          <Button size="sm" variant="ghost" onClick={() => setRevealed(!revealed)} aria-pressed={revealed}>
            {revealed ? 'Hide' : 'Show'}
          </Button>
        )}
        <Button
          size="sm"
          icon={copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
          aria-label={copied ? `Copied ${label}` : `Copy ${label}`}
          onClick={() => copy(text)}
        >
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      <p aria-live="polite" className={cn('w-full border-t px-3 py-1.5 text-warn text-xs', !failed && 'sr-only')}>
        {failed && 'The browser blocked copying. Select the text and copy it.'}
      </p>
    </div>
  );
}

/** A small copy button for a value that is already on the page. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const { copied, copy } = useCopy();
  return (
    <IconButton size="sm" label={copied ? 'Copied' : `Copy ${label}`} onClick={() => copy(text)}>
      {copied ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
    </IconButton>
  );
}
