'use client';
import { FilePen } from 'lucide-react';
import { formatClock } from '#components/format/clock.ts';
import { Button } from '#components/ui/button.tsx';
import { toast } from '#components/ui/toast.tsx';
import { drafts, useDraft, whyUnstored } from '#features/drafts/drafts.ts';

export interface DraftOfferProps {
  draftKey: string;
  onContinue: () => void;
}

/** Offers the unsaved changes that somebody left behind; renders nothing if there are none. */
export function DraftOffer({ draftKey, onContinue }: DraftOfferProps) {
  const draft = useDraft(draftKey);
  if (draft === undefined) return null;
  const { at, ...content } = draft;
  function throwAway() {
    const secret = whyUnstored(draftKey) === 'secret';
    drafts.remove(draftKey);
    toast({
      title: 'Changes thrown away',
      action: { label: 'Undo', run: () => drafts.put(draftKey, content, { secret }) },
    });
  }
  return (
    <section
      aria-label="Unsaved changes"
      className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg bg-info-soft px-4 py-2"
    >
      <FilePen className="size-4 shrink-0 text-info" aria-hidden />
      <p className="min-w-0 flex-1 basis-56">
        You have unsaved changes from {formatClock(new Date(at), new Date())}.
        {whyUnstored(draftKey) !== undefined && ' They are lost when this tab is reloaded or closed.'}
      </p>
      <span className="flex gap-2">
        <Button size="sm" variant="primary" onClick={onContinue}>
          Continue
        </Button>
        <Button size="sm" onClick={throwAway}>
          Throw away
        </Button>
      </span>
    </section>
  );
}
