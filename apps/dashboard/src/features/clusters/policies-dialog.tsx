'use client';
import { type AuditSettings, type Cluster, type Permission, rolePermissions } from '@postern/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { Button } from '#components/ui/button.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Field } from '#components/ui/field.tsx';
import { Select } from '#components/ui/select.tsx';
import { api } from '#features/browser-session/api.ts';
import { GeneralError } from '#features/browser-session/general-error.tsx';
import { useMe } from '#features/browser-session/use-me.ts';
import { AgentLimits } from './agent-limits.tsx';
import type { ClusterDialogProps } from './dialog-props.ts';
import { useClusterList } from './use-clusters.ts';

type Recording = Cluster['recording'];
type AuditMode = AuditSettings['clusters'][number]['mode'];

const recordingModes: { value: Recording['mode']; label: string }[] = [
  { value: 'off', label: 'Off' },
  { value: 'best-effort', label: 'Best effort: sessions go on if recording fails' },
  { value: 'required', label: 'Required: no session without a recording' },
];
const auditModes: { value: AuditMode; label: string }[] = [
  { value: 'fail-open', label: 'Fail open: requests go on, and are recorded later' },
  { value: 'fail-closed', label: 'Fail closed: requests are refused' },
];

/** What is recorded of a cluster, and what its agent allows. */
export function PoliciesDialog({
  open,
  onOpenChange,
  organization,
  cluster,
}: Omit<ClusterDialogProps, 'cluster'> & { cluster: Cluster }) {
  const form = useId();
  const params = { organization, cluster: cluster.name };
  const list = useClusterList(organization);
  const client = useQueryClient();
  const role = useMe().data?.organizations.find(({ slug }) => slug === organization)?.role;
  const may = (permission: Permission) => role !== undefined && rolePermissions[role].includes(permission);
  const mayChange = may('cluster:update');
  const settings = useQuery({
    queryKey: ['audit-settings', organization],
    queryFn: ({ signal }) => api.call('getAuditSettings', { params: { organization }, signal }),
    enabled: may('audit:read'),
  });
  const mode = settings.data?.clusters.find(({ id }) => id === cluster.id)?.mode;
  const saving = useMutation({
    mutationFn: async (data: FormData) => {
      const recording = { mode: data.get('recording') as Recording['mode'], input: data.get('input') !== null };
      if (recording.mode !== cluster.recording.mode || recording.input !== cluster.recording.input)
        list.put(await api.call('updateCluster', { params, body: { recording } }));
      const chosen = data.get('audit') as AuditMode | null;
      if (chosen !== null && chosen !== mode) {
        await api.call('updateClusterAudit', { params, body: { mode: chosen } });
        await client.invalidateQueries({ queryKey: ['audit-settings', organization] });
      }
    },
    onSuccess: () => onOpenChange(false),
  });
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Policies of ${cluster.name}`}
      footer={
        mayChange ? (
          <>
            <Button onClick={() => onOpenChange(false)}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={saving.isPending}>
              Save
            </Button>
          </>
        ) : (
          <Button onClick={() => onOpenChange(false)}>Close</Button>
        )
      }
    >
      <form
        id={form}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate(new FormData(event.currentTarget));
        }}
      >
        <GeneralError>{saving.error?.message}</GeneralError>
        <Field label="Recording of terminals, exec and attach">
          {(control) => (
            <Select
              {...control}
              name="recording"
              options={recordingModes}
              defaultValue={cluster.recording.mode}
              disabled={!mayChange}
            />
          )}
        </Field>
        <Checkbox name="input" defaultChecked={cluster.recording.input} disabled={!mayChange}>
          Record what people type too, passwords included.
        </Checkbox>
        {mode !== undefined && (
          <Field label="While the audit trail cannot be written">
            {(control) => (
              <Select {...control} name="audit" options={auditModes} defaultValue={mode} disabled={!mayChange} />
            )}
          </Field>
        )}
        {settings.error !== null && <p className="text-bad">{settings.error.message}</p>}
      </form>
      <AgentLimits policy={cluster.capabilities?.policy ?? null} />
    </Dialog>
  );
}
