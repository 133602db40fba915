import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { DiffView } from './diff-view.tsx';
import { conflictsIn, writePath } from './merge.ts';
import { readYaml, writeYamlForDiff } from './yaml-text.ts';

export interface CompareDialogProps {
  name: string;
  /** The object when editing began. */
  base: Record<string, unknown>;
  draft: string;
  /** The object now. */
  live: Record<string, unknown>;
  /** Moves the draft onto the object as it is now. `prefer`: whose value a field gets that both changed. */
  onRebase: (edited: Record<string, unknown>, prefer: 'mine' | 'theirs') => void;
  /** Leaves the draft as it is. */
  onClose: () => void;
}

/** Compares a draft with an object that has changed meanwhile: what was changed here, and what elsewhere. */
export function CompareDialog({ name, base, draft, live, onRebase, onClose }: CompareDialogProps) {
  const read = readYaml(draft);
  const edited = 'object' in read ? read.object : undefined;
  const both = edited === undefined ? [] : conflictsIn({ base, mine: edited, theirs: live });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      size="xl"
      title={`${name} has changed since you began`}
      description={descriptionOf(edited !== undefined, both.map(writePath))}
      footer={
        <>
          <Button onClick={onClose}>Keep my text as it is</Button>
          {edited !== undefined && both.length === 0 && (
            <Button variant="primary" onClick={() => onRebase(edited, 'mine')}>
              Continue on the newest
            </Button>
          )}
          {edited !== undefined && both.length > 0 && (
            <>
              <Button onClick={() => onRebase(edited, 'theirs')}>Take theirs where both changed</Button>
              <Button variant="primary" onClick={() => onRebase(edited, 'mine')}>
                Keep mine where both changed
              </Button>
            </>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <div className="flex flex-col gap-1.5">
          <h3 className="font-medium">What you changed</h3>
          <DiffView
            label="What you changed"
            before={writeYamlForDiff(base)}
            after={edited === undefined ? draft : writeYamlForDiff(edited)}
          />
        </div>
        <div className="flex flex-col gap-1.5">
          <h3 className="font-medium">What has changed since</h3>
          <DiffView label="What has changed since" before={writeYamlForDiff(base)} after={writeYamlForDiff(live)} />
        </div>
      </div>
    </Dialog>
  );
}

function descriptionOf(valid: boolean, both: readonly string[]): string {
  if (!valid) return 'Your text is not valid YAML yet, so the two cannot be combined before it is.';
  if (both.length === 0) return 'Nothing that you changed was changed elsewhere, so both fit together.';
  return `Changed by you and by somebody else: ${both.join(', ')}.`;
}
