'use client';
import { CopyBox } from './copy-box.tsx';
import { Dialog } from './dialog.tsx';

export interface KubectlDialogProps {
  /** Commands that show or do the same as the view, each with a label. */
  commands: readonly { label: string; command: string }[];
  onClose: () => void;
}

/** The commands behind "Show kubectl commands". */
export function KubectlDialog({ commands, onClose }: KubectlDialogProps) {
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="The same with kubectl"
      description="With this cluster’s kubeconfig."
    >
      <div className="flex flex-col gap-4">
        {commands.map(({ label, command }) => (
          <div key={command} className="flex flex-col gap-1.5">
            <p className="text-muted">{label}</p>
            <CopyBox text={command} label={label} />
          </div>
        ))}
      </div>
    </Dialog>
  );
}
