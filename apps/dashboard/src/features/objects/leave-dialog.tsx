import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import type { Unstored } from '#features/drafts/draft-store.ts';

export interface LeaveDialogProps {
  name: string;
  /** Why the draft cannot be stored, if so. */
  unstored: Unstored | undefined;
  onKeep: () => void;
  onThrowAway: () => void;
  onClose: () => void;
}

/** Asks what to do with unsaved changes when somebody stops editing. */
export function LeaveDialog({ name, unstored, onKeep, onThrowAway, onClose }: LeaveDialogProps) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="sm"
      title={`Keep your changes to ${name}?`}
      description={
        unstored === undefined
          ? 'Nothing has been applied. Changes that you keep stay in this browser for seven days, or until you sign out.'
          : 'Nothing has been applied. Changes that you keep stay in this tab, until it is reloaded or closed.'
      }
      footer={
        <>
          <Button onClick={onClose}>Go on editing</Button>
          <Button variant="danger" onClick={onThrowAway}>
            Throw away
          </Button>
          <Button variant="primary" onClick={onKeep}>
            Keep draft
          </Button>
        </>
      }
    />
  );
}
