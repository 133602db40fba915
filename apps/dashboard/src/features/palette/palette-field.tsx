'use client';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { chordOf, isApple } from '#components/keys/chord.ts';
import { Kbd } from '#components/ui/kbd.tsx';
import { useLocation } from '#features/address/use-location.ts';
import { openPalette } from './palette-actions.ts';
import type { PaletteCode } from './palette-code.ts';
import type { ResultsHandle } from './results-props.ts';

export interface PaletteFieldProps {
  /** Undefined while it is being loaded. */
  code: PaletteCode | undefined;
  failed: boolean;
  onRetry: () => void;
  close: () => void;
}

/** A combobox with a list that is always open (ARIA Authoring Practices, "Combobox"). Takes text before the list is there. */
export function PaletteField({ code, failed, onRetry, close }: PaletteFieldProps) {
  const { cluster } = useLocation();
  const [typed, setTyped] = useState('');
  const [entered, setEntered] = useState(false);
  const [active, setActive] = useState<string>();
  const results = useRef<ResultsHandle>(null);
  const id = useId();

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing) return;
    if (chordOf(event, isApple()) === openPalette.keys) event.currentTarget.select();
    else if (results.current !== null) {
      if (!results.current.press(event.key)) return;
    } else {
      setEntered(event.key === 'Enter');
      if (event.key !== 'Enter') return;
    }
    event.preventDefault();
  }
  return (
    <>
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search className="size-4 shrink-0 text-faint" aria-hidden />
        <input
          // biome-ignore lint/a11y/noAutofocus: a palette is opened in order to type
          autoFocus
          role="combobox"
          aria-label={openPalette.label}
          aria-expanded={code !== undefined}
          aria-autocomplete="list"
          aria-controls={code && id}
          aria-activedescendant={active}
          spellCheck={false}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKeyDown}
          placeholder={
            cluster === undefined
              ? 'Go to a cluster or run a command…'
              : `Go to anything in ${cluster} or run a command…`
          }
          className="h-11 min-w-0 flex-1 bg-transparent text-base outline-none max-sm:text-[16px]"
        />
        <Kbd keys="escape" />
      </div>
      {code !== undefined ? (
        <code.Results ref={results} id={id} typed={typed} entered={entered} onActive={setActive} close={close} />
      ) : (
        <p role="status" className="px-3 py-8 text-center text-muted">
          {failed ? (
            <>
              The commands could not be loaded.{' '}
              <button type="button" className="link" onClick={onRetry}>
                Try again
              </button>
            </>
          ) : (
            'Loading…'
          )}
        </p>
      )}
    </>
  );
}
