import { Fragment } from 'react';
import { cn } from '#components/class-names.ts';
import { diffLines, hunksOf } from './diff.ts';

const looks = {
  same: { row: '', sign: ' ', word: '' },
  added: { row: 'bg-ok-soft', sign: '+', word: 'Added: ' },
  removed: { row: 'bg-bad-soft', sign: '−', word: 'Removed: ' },
} as const;

/** The changes between two texts, with some context. */
export function DiffView({ before, after, label = 'Changes' }: { before: string; after: string; label?: string }) {
  const hunks = hunksOf(diffLines(before, after), 3);
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
      tabIndex={0}
      className="max-h-[50vh] overflow-auto rounded-lg border bg-surface font-mono text-[12px] leading-[18px]"
    >
      {hunks.map((hunk, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: hunks are in the order of the text
        <Fragment key={index}>
          {hunk.type === 'gap' ? (
            <p className="bg-sunken px-3 py-0.5 font-sans text-faint text-xs">
              {hunk.count} unchanged {hunk.count === 1 ? 'line' : 'lines'}
            </p>
          ) : (
            hunk.lines.map((line) => {
              const { row, sign, word } = looks[line.kind];
              return (
                <div key={`${line.before}:${line.after}`} className={cn('flex w-max min-w-full', row)}>
                  <span aria-hidden className="w-10 shrink-0 select-none pr-2 text-right text-faint">
                    {line.after ?? line.before}
                  </span>
                  <span aria-hidden className="w-4 shrink-0 select-none">
                    {sign}
                  </span>
                  <span className="sr-only">{word}</span>
                  <span className="whitespace-pre pr-3">{line.text}</span>
                </div>
              );
            })
          )}
        </Fragment>
      ))}
    </section>
  );
}
