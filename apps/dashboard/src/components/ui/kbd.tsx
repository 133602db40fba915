import { keyLabels } from '../keys/key-labels.ts';

/** Keys of a shortcut (`mod+k`, `g p`), as labelled on this keyboard; renders nothing if there are none. */
export function Kbd({ keys }: { keys: string | undefined }) {
  if (keys === undefined) return null;
  return (
    <span className="inline-flex items-center gap-1">
      {keys.split(' ').map((chord) => (
        <kbd
          key={chord}
          suppressHydrationWarning
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm border border-line-strong bg-surface px-1 text-[10.5px] text-muted leading-none"
        >
          {keyLabels(chord)}
        </kbd>
      ))}
    </span>
  );
}
