'use client';
import type { Joining } from '@postern/contracts';
import { useState } from 'react';
import { CopyBox } from '#components/ui/copy-box.tsx';
import { Tabs } from '#components/ui/tabs.tsx';
import { Time } from '#components/ui/time.tsx';

/** The commands that connect a cluster, to copy. */
export function JoinCommands({ joining }: { joining: Joining }) {
  const [tab, setTab] = useState('kubectl');
  return (
    <div className="flex flex-col gap-3">
      <Tabs
        label="Where the agent runs"
        value={tab}
        onValueChange={setTab}
        tabs={[
          {
            value: 'kubectl',
            label: 'In the cluster',
            content: (
              <Command
                text={joining.installCommand}
                label="install command"
                note="Needs curl, and kubectl with cluster-admin rights. It creates one namespace, one small pod and the roles for your people."
              />
            ),
          },
          {
            value: 'outside',
            label: 'Outside the cluster',
            content: (
              <Command
                text={joining.outsideCommand}
                label="command for outside the cluster"
                note="Runs the agent on any machine that can reach the cluster with a kubeconfig, such as this one. It stops when the command stops."
              />
            ),
          },
          {
            value: 'uninstall',
            label: 'Uninstall',
            content: (
              <Command
                text={joining.uninstallCommand}
                label="uninstall command"
                note="Removes everything that the install command created in the cluster."
              />
            ),
          },
        ]}
      />
      {tab !== 'uninstall' && (
        <p className="text-faint text-xs">
          The command holds a token that works once and expires <Time at={joining.expiresAt} form="ago" />. It is shown
          here only.
        </p>
      )}
    </div>
  );
}

function Command({ text, label, note }: { text: string; label: string; note: string }) {
  return (
    <div className="flex flex-col gap-2">
      <p className="text-muted">{note}</p>
      <CopyBox text={text} label={label} />
    </div>
  );
}
