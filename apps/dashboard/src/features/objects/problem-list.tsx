import { CircleAlert } from 'lucide-react';
import type { TextProblem } from './manifests.ts';

export interface ProblemListProps {
  problems: readonly TextProblem[];
  onChoose: (line: number) => void;
}

/** The problems of a text, below it; choosing one goes to its line. */
export function ProblemList({ problems, onChoose }: ProblemListProps) {
  return (
    <section aria-label="Problems" aria-live="polite" className="max-h-28 shrink-0 overflow-y-auto bg-surface">
      {problems.length > 0 && (
        <ul className="border-t py-1">
          {problems.map(({ line, message }) => (
            <li key={`${line} ${message}`}>
              <button
                type="button"
                onClick={() => onChoose(line)}
                className="flex w-full items-start gap-2 px-3 py-0.5 text-left hover:bg-hover max-sm:py-2"
              >
                <CircleAlert className="mt-0.5 size-3.5 shrink-0 text-bad" aria-hidden />
                <span className="shrink-0 text-muted tabular-nums">Line {line}</span>{' '}
                <span className="min-w-0 [overflow-wrap:anywhere]">{message}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
