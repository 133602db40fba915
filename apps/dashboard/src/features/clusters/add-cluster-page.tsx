'use client';
import type { Joining } from '@postern/contracts';
import { useState } from 'react';
import { Page } from '#components/ui/page.tsx';
import { useOrganization } from '#features/address/use-organization.ts';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { JoinProgress } from './join-progress.tsx';
import { hasJoined } from './join-steps.ts';
import { NameClusterForm } from './name-cluster-form.tsx';
import { useCluster } from './use-clusters.ts';

/** Asks for a name, then shows the command and a live checklist. `?cluster=` returns to a cluster that is not connected yet. */
export function AddClusterPage() {
  const organization = useOrganization();
  const [cluster, setCluster] = useQueryValue('cluster');
  const [made, setMade] = useState<{ cluster: string; joining: Joining }>();

  const known = useCluster(organization, cluster).data;
  const joined = known ? hasJoined(known) : false;

  if (cluster === '') {
    return (
      <Page
        width="narrow"
        title="Add a cluster"
        description="An agent in your cluster dials out to this gateway. No port is opened, no firewall is changed."
      >
        <NameClusterForm
          organization={organization}
          onMade={({ cluster: { name }, joining }) => {
            setMade({ cluster: name, joining });
            setCluster(name);
          }}
        />
      </Page>
    );
  }
  return (
    <Page
      width="narrow"
      title={joined ? cluster : `Connect ${cluster}`}
      description={
        joined ? 'Its agent has joined.' : 'Run the command. This page updates as soon as the agent connects.'
      }
    >
      <JoinProgress
        key={cluster}
        organization={organization}
        name={cluster}
        made={made?.cluster === cluster ? made.joining : undefined}
      />
    </Page>
  );
}
