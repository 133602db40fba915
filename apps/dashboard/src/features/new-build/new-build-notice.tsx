'use client';
import { Sparkles } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { unsavedWork } from '#components/unsaved.ts';
import { openTerminals } from '#features/dock/dock-store.ts';
import { putOff } from './new-build.ts';

/** What would end with this page, as sentences; empty if nothing would. */
function whatEnds(): string {
  const terminals = openTerminals();
  return [
    terminals === 1 ? 'A terminal is open, and its shell would end.' : '',
    terminals > 1 ? `${terminals} terminals are open, and their shells would end.` : '',
    ...unsavedWork().map((what) => `${what} is not saved, and would be lost.`),
  ]
    .filter(Boolean)
    .join(' ');
}

/** Offers to load a new build. It is never loaded by itself, and not without a question while there is work to lose. */
export function NewBuildNotice() {
  const [question, setQuestion] = useState('');
  function load() {
    const ends = whatEnds();
    if (ends === '') window.location.reload();
    else setQuestion(ends);
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
