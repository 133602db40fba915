'use client';
import type { AuditSettings, RecordingSettings } from '@postern/contracts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Card } from '#components/ui/card.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { usePermission } from '#features/access/use-permission.ts';
import { api } from '#features/browser-session/api.ts';
import { RetentionForm } from './retention-form.tsx';

/** How long the trail and the recordings of an organization are kept. */
export function Retention({ organization }: { organization: string }) {
  const params = { organization };
  const client = useQueryClient();
  const mayChange = usePermission(organization, 'organization:update');
  const trail = useQuery({
    queryKey: ['audit-settings', organization],
    queryFn: ({ signal }) => api.call('getAuditSettings', { params, signal }),
  });
  const recordings = useQuery({
    queryKey: ['recording-settings', organization],
    queryFn: ({ signal }) => api.call('getRecordingSettings', { params, signal }),
  });
  const error = trail.error ?? recordings.error;
  const loaded = trail.data !== undefined && recordings.data !== undefined;
  return (
    <Card title="Retention">
      {!loaded &&
        (error === null ? (
          <Skeleton className="h-32 w-full" />
        ) : (
          <ErrorState
            title="The settings could not be loaded."
            onRetry={() => void Promise.all([trail.refetch(), recordings.refetch()])}
          >
            {error.message}
          </ErrorState>
        ))}
      {loaded && (
        <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
          <RetentionForm
            label="Retention of the trail"
            hint="Older entries are deleted. What is left can still be verified."
            days={trail.data.retentionDays}
            least={7}
            mayChange={mayChange}
            onSave={async (retentionDays) => {
              const saved = await api.call('updateAuditSettings', { params, body: { retentionDays } });
              client.setQueryData<AuditSettings>(['audit-settings', organization], saved);
            }}
          />
          <RetentionForm
            label="Retention of recordings"
            hint="Of terminals and exec, from the beginning of the session. Older ones are deleted within an hour."
            days={recordings.data.retentionDays}
            least={1}
            mayChange={mayChange}
            onSave={async (retentionDays) => {
              const saved = await api.call('updateRecordingSettings', { params, body: { retentionDays } });
              client.setQueryData<RecordingSettings>(['recording-settings', organization], saved);
            }}
          />
        </div>
      )}
    </Card>
  );
}
