'use client';
import { formatBytes } from '#components/format/bytes.ts';
import { ErrorState } from '#components/ui/error-state.tsx';
import { type LogSnapshot, MOST_BYTES } from './log-feed.ts';

/** What is missing from a log, above its lines. */
export function LogNotes({ log, narrowed }: { log: LogSnapshot; narrowed: readonly string[] | undefined }) {
  return (
    <>
      {narrowed !== undefined && (
        <p className="shrink-0 border-b bg-info-soft px-3 py-1 text-info text-xs">
          Only pods in {narrowed.join(', ')}: you are not allowed to list those of all namespaces.
        </p>
      )}
      {log.dropped > 0 && (
        <p className="shrink-0 border-b bg-warn-soft px-3 py-1 text-warn text-xs">
          {log.dropped.toLocaleString('en')} older lines were dropped: a log keeps {formatBytes(MOST_BYTES)} of lines
          here.
        </p>
      )}
    </>
  );
}

interface NoLinesProps {
  log: LogSnapshot;
  previous: boolean;
  filtered: boolean;
  onRetry: () => void;
}

/** What is shown instead of lines. */
export function NoLines({ log: { state, total }, previous, filtered, onRetry }: NoLinesProps) {
  if (state.state === 'loading') return null;
  if (state.state === 'failed') {
    return (
      <ErrorState compact title="There is no log to show." onRetry={onRetry}>
        {state.message}
      </ErrorState>
    );
  }
  if (total > 0) return filtered ? 'No line passes the filter.' : 'No line is shown.';
  return previous ? 'The previous container wrote nothing.' : 'Nothing has been written yet.';
}
