'use client';
import { Sparkles } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { unsavedWork } from '#components/unsaved.ts';
import { openTerminals } from '#features/dock/dock-store.ts';
import { putOff } from './new-build.ts';

/** What a reload interrupts or ends, as sentences; empty if nothing. */
function whatIsOpen(): string {
  const terminals = openTerminals();
  return [
    terminals === 1 ? 'A terminal is open; it keeps running and comes back with its tab.' : '',
    terminals > 1 ? `${terminals} terminals are open; they keep running and come back with their tabs.` : '',
    ...unsavedWork(),
  ]
    .filter(Boolean)
    .join(' ');
}

/** Offers to load a new build. It is never loaded by itself, and not without a question over open terminals and edits. */
export function NewBuildNotice() {
  const [question, setQuestion] = useState('');
  function load() {
    const open = whatIsOpen();
    if (open === '') window.location.reload();
    else setQuestion(open);
  }
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b bg-info-soft px-4 py-1.5 text-info"
    >
      <Sparkles className="size-4 shrink-0" aria-hidden />
      <p>A new version of Postern is ready.</p>
      <span className="flex gap-1">
        <Button size="sm" onClick={load}>
          Reload
        </Button>
        <Button size="sm" variant="ghost" onClick={putOff}>
          Later
        </Button>
      </span>
      <ConfirmDialog
        open={question !== ''}
        onOpenChange={(open) => !open && setQuestion('')}
        title="Reload now?"
        description={question}
        action="Reload"
        onConfirm={() => window.location.reload()}
      />
    </div>
  );
}
