'use client';
import type { AuditWebhook } from '@postern/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Webhook } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { ConfirmDialog } from '#components/ui/confirm-dialog.tsx';
import { type Column, DataTable } from '#components/ui/data-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Time } from '#components/ui/time.tsx';
import { toast } from '#components/ui/toast.tsx';
import { usePermission } from '#features/access/use-permission.ts';
import { api } from '#features/browser-session/api.ts';
import { AddWebhookDialog } from './add-webhook-dialog.tsx';

/** Where the trail is sent, and how that goes. */
export function Webhooks({ organization }: { organization: string }) {
  const mayChange = usePermission(organization, 'organization:update');
  const client = useQueryClient();
  const queryKey = ['audit-webhooks', organization];
  const webhooks = useQuery({
    queryKey,
    queryFn: async ({ signal }) => (await api.call('listAuditWebhooks', { params: { organization }, signal })).items,
    refetchInterval: 10_000,
  });
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<AuditWebhook>();
  const test = useMutation({
    mutationFn: ({ id }: AuditWebhook) => api.call('testAuditWebhook', { params: { organization, webhook: id } }),
    onSuccess: ({ delivered, status, error, durationMs }) =>
      toast(
        delivered
          ? { title: `The test was delivered in ${durationMs} ms.`, tone: 'ok' }
          : { title: `The test was not delivered: ${error ?? `status ${status}`}.`, tone: 'bad' },
      ),
    onError: (error) => toast({ title: error.message, tone: 'bad' }),
  });

  async function remove({ id }: AuditWebhook) {
    await api.call('deleteAuditWebhook', { params: { organization, webhook: id } });
    client.setQueryData<AuditWebhook[]>(queryKey, (list) => list?.filter((one) => one.id !== id));
    toast({ title: 'The webhook is removed.', tone: 'ok' });
  }

  const columns: Column<AuditWebhook>[] = [
    { header: 'URL', cell: ({ url }) => <span className="font-medium [overflow-wrap:anywhere]">{url}</span> },
    { header: 'State', cell: (webhook) => <State webhook={webhook} /> },
    {
      header: 'Last delivery',
      cell: ({ lastDeliveredAt }) =>
        lastDeliveredAt === null ? (
          <span className="text-faint">never</span>
        ) : (
          <Time at={lastDeliveredAt} form="ago" className="text-muted" />
        ),
    },
    { header: 'Waiting', align: 'right', cell: ({ waiting }) => <span className="tabular-nums">{waiting}</span> },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (webhook) =>
        mayChange && (
          <span className="inline-flex gap-1">
            <Button
              size="sm"
              variant="ghost"
              busy={test.isPending && test.variables.id === webhook.id}
              aria-label={`Test ${webhook.url}`}
              onClick={() => test.mutate(webhook)}
            >
              Test
            </Button>
            <Button size="sm" variant="ghost" aria-label={`Remove ${webhook.url}`} onClick={() => setRemoving(webhook)}>
              Remove
            </Button>
          </span>
        ),
    },
  ];

  return (
    <section aria-label="Webhooks">
      <header className="mb-2 flex min-h-8 items-center gap-3">
        <h2 className="flex-1 font-medium">Webhooks</h2>
        {mayChange && (
          <Button icon={<Plus aria-hidden />} onClick={() => setAdding(true)}>
            Add webhook
          </Button>
        )}
      </header>
      {webhooks.data === undefined &&
        (webhooks.error === null ? (
          <Skeleton className="h-24 w-full" />
        ) : (
          <ErrorState title="The webhooks could not be loaded." onRetry={() => void webhooks.refetch()}>
            {webhooks.error.message}
          </ErrorState>
        ))}
      {webhooks.data?.length === 0 && (
        <EmptyState icon={<Webhook aria-hidden />} title="The trail is sent nowhere">
          A webhook sends each new entry to your own log store or alerting, signed, and tries again until it is
          delivered.
        </EmptyState>
      )}
      {webhooks.data !== undefined && webhooks.data.length > 0 && (
        <DataTable label="Webhooks" columns={columns} rows={webhooks.data} keyOf={({ id }) => id} />
      )}
      <AddWebhookDialog organization={organization} open={adding} onOpenChange={setAdding} />
      <ConfirmDialog
        open={removing !== undefined}
        onOpenChange={(open) => {
          if (!open) setRemoving(undefined);
        }}
        title="Remove the webhook?"
        description={`Nothing more is sent to ${removing?.url ?? ''}, and what waits is not delivered. The trail itself stays.`}
        action="Remove webhook"
        onConfirm={() => (removing === undefined ? undefined : remove(removing))}
      />
    </section>
  );
}

function State({ webhook: { failingSince, lastError, nextAttemptAt } }: { webhook: AuditWebhook }) {
  if (failingSince === null) return <Badge tone="ok">working</Badge>;
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <Badge tone="bad">failing</Badge>
      <span className="text-muted [overflow-wrap:anywhere]">
        since <Time at={failingSince} form="ago" />
        {lastError !== null && `: ${lastError}`}
        {nextAttemptAt !== null && (
          <>
            {'; next try '}
            <Time at={nextAttemptAt} form="ago" />
          </>
        )}
      </span>
    </span>
  );
}
