'use client';
import { Info } from 'lucide-react';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-box.tsx';
import type { NoUsage } from './no-usage.ts';

/** Why there is no CPU and memory, and what helps. */
export function NoUsageWords({ reason }: { reason: NoUsage }) {
  const { why, detail, command, kind } = reason;
  return (
    <>
      <p className="[overflow-wrap:anywhere]">
        {why} {detail !== undefined && <span className="text-muted">{detail}</span>}
      </p>
      {command !== undefined && (
        <p className="flex min-w-0 items-center gap-1 text-muted">
          <span className="shrink-0">{kind === 'not-installed' ? 'To install it:' : 'To see why:'}</span>
          <code className="min-w-0 text-xs [overflow-wrap:anywhere]">{command}</code>
          <CopyButton text={command} label="kubectl command" />
        </p>
      )}
    </>
  );
}

/** The same above a table, with a way to hide the columns and this note with them. */
export function UsageNote({ reason, onHide }: { reason: NoUsage; onHide: () => void }) {
  return (
    <div role="note" className="flex items-start gap-2 border-b bg-sunken px-4 py-1.5">
      <Info className="mt-0.5 size-4 shrink-0 text-muted" aria-hidden />
      <div className="min-w-0 flex-1">
        <NoUsageWords reason={reason} />
      </div>
      <Button size="sm" variant="ghost" onClick={onHide}>
        Hide CPU and memory
      </Button>
    </div>
  );
}
