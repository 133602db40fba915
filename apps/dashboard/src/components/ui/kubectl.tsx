'use client';
import { CodeXml } from 'lucide-react';
import { useState } from 'react';
import { deferred } from '#components/deferred.tsx';
import { Button } from './button.tsx';
import { IconButton } from './icon-button.tsx';
import type { KubectlDialogProps } from './kubectl-dialog.tsx';
import { OpeningLayer } from './opening-layer.tsx';

// Loaded when it is opened. The page takes no keys meanwhile, unless it fails.
const KubectlDialog = deferred(() => import('./kubectl-dialog.tsx').then((module) => module.KubectlDialog), {
  placeholder: <OpeningLayer />,
  failed: null,
});

export interface ShowKubectlProps {
  /** Commands that show or do the same as the view, each with a label. */
  commands: KubectlDialogProps['commands'];
  /** Shows a button with text instead of an icon. */
  words?: boolean;
}

/** Shows the commands that do the same as the view. */
export function ShowKubectl({ commands, words = false }: ShowKubectlProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {words ? (
        <Button icon={<CodeXml aria-hidden />} onClick={() => setOpen(true)}>
          Show kubectl commands
        </Button>
      ) : (
        <IconButton label="Show kubectl commands" onClick={() => setOpen(true)}>
          <CodeXml aria-hidden />
        </IconButton>
      )}
      {open && <KubectlDialog commands={commands} onClose={() => setOpen(false)} />}
    </>
  );
}
