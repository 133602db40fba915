import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DiffView } from './diff-view.tsx';
import type { Review } from './edit.ts';
import { writeYamlForDiff } from './yaml-text.ts';

export interface ReviewDialogProps {
  name: string;
  review: Exclude<Review, { type: 'unchanged' }>;
  busy: boolean;
  onClose: () => void;
  onApply: () => void;
  /** Overwrites what somebody else changed. */
  onKeepMine: () => void;
  /** Drops my changes of fields that somebody else changed too. */
  onTakeTheirs: () => void;
}

/** Shows what an edit would change, or where it conflicts with somebody else's. */
export function ReviewDialog({ name, review, busy, onClose, onApply, onKeepMine, onTakeTheirs }: ReviewDialogProps) {
  const conflict = review.type === 'conflict';
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="xl"
      title={conflict ? 'Somebody else changed the same fields' : `Change ${name}?`}
      description={descriptionOf(review)}
      footer={
        conflict ? (
          <>
            <Button onClick={onTakeTheirs}>Take theirs</Button>
            <Button variant="danger" busy={busy} onClick={onKeepMine}>
              Keep mine
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Keep editing</Button>
            <Button variant="primary" busy={busy} onClick={onApply}>
              Apply
            </Button>
          </>
        )
      }
    >
      <DiffView
        before={writeYamlForDiff(review.live)}
        after={writeYamlForDiff(conflict ? review.manifest : review.result)}
      />
    </Dialog>
  );
}

function descriptionOf(review: ReviewDialogProps['review']): string {
  if (review.type === 'conflict') return `Since you began, these were changed too: ${review.fields.join(', ')}.`;
  const moved = review.moved ? ' The object has changed since you began; your changes stand on top of the newest.' : '';
  return `The server has tried it and would take it.${moved}`;
}
