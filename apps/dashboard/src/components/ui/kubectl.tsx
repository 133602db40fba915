'use client';
import { CodeXml } from 'lucide-react';
import { useState } from 'react';
import { Button } from './button.tsx';
import { CopyBox } from './copy-box.tsx';
import { Dialog } from './dialog.tsx';
import { IconButton } from './icon-button.tsx';

export interface ShowKubectlProps {
  /** Commands that show or do the same as the view, each with a label. */
  commands: readonly { label: string; command: string }[];
  /** Shows a button with text instead of an icon. */
  words?: boolean;
}

/** "Show the kubectl": shows the commands that do the same as the view. */
export function ShowKubectl({ commands, words = false }: ShowKubectlProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {words ? (
        <Button icon={<CodeXml aria-hidden />} onClick={() => setOpen(true)}>
          Show the kubectl
        </Button>
      ) : (
        <IconButton label="Show the kubectl" onClick={() => setOpen(true)}>
          <CodeXml aria-hidden />
        </IconButton>
      )}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="The same with kubectl"
        description="With the kubeconfig of this cluster in use."
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
    </>
  );
}
