'use client';
import type { Session, SessionKind } from '@postern/contracts';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, History } from 'lucide-react';
import { deferred } from '#components/deferred.tsx';
import { href } from '#components/href.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Bytes } from '#components/ui/bytes.tsx';
import { Checkbox } from '#components/ui/checkbox.tsx';
import { type Column, DataTable } from '#components/ui/data-table.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { Page } from '#components/ui/page.tsx';
import { Select } from '#components/ui/select.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { Duration, Time } from '#components/ui/time.tsx';
import { Tooltip } from '#components/ui/tooltip.tsx';
import { useOrganization } from '#features/address/use-organization.ts';
import { useQueryValue } from '#features/address/use-query-value.ts';
import { api } from '#features/browser-session/api.ts';
import { useClusters } from '#features/clusters/use-clusters.ts';
import { LastKnown } from '#features/freshness/last-known.tsx';
import { Link } from '#features/router/link.tsx';
import { kindNames } from './kind-names.ts';
import { RecordingNote } from './recording-note.tsx';

// Loaded after the list, which can be read without it; the placeholder is as high as its buttons.
const SessionRowActions = deferred(
  () => import('./session-row-actions.tsx').then((module) => module.SessionRowActions),
  { placeholder: <span className="inline-block h-7 w-16 max-sm:h-9" /> },
);

const isKind = (value: string): value is SessionKind => Object.hasOwn(kindNames, value);

export function SessionsPage() {
  const organization = useOrganization();
  const clusters = useClusters(organization);
  const [clusterName, setClusterName] = useQueryValue('cluster');
  const [kind, setKind] = useQueryValue('kind');
  const [active, setActive] = useQueryValue('active');
  const cluster = clusters.data?.find(({ name }) => name === clusterName)?.id;
  const query = {
    ...(cluster !== undefined && { cluster }),
    ...(isKind(kind) && { kind }),
    ...(active === 'true' && { active: 'true' }),
  };
  const sessions = useInfiniteQuery({
    queryKey: ['sessions', organization, query],
    queryFn: ({ pageParam, signal }) =>
      api.call('listSessions', {
        params: { organization },
        query: { ...query, limit: 50, ...(pageParam !== null && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    // A cluster requested by name must be resolved to its id first.
    enabled: clusterName === '' || cluster !== undefined,
    refetchInterval: 10_000,
  });
  const unknown = clusterName !== '' && clusters.data !== undefined && cluster === undefined;
  const rows = unknown ? [] : sessions.data?.pages.flatMap(({ items }) => items);
  const error = clusterName !== '' && clusters.data === undefined ? clusters.error : sessions.error;
  const filtered = unknown || Object.keys(query).length > 0;

  function clear() {
    setClusterName('');
    setKind('');
    setActive('');
  }

  return (
    <Page
      title="Sessions"
      description="Every exec, attach, port-forward and terminal, newest first."
      actions={
        <>
          <Select
            aria-label="Cluster"
            value={clusterName}
            onChange={(event) => setClusterName(event.target.value)}
            options={[
              { value: '', label: 'All clusters' },
              ...(unknown ? [{ value: clusterName, label: clusterName }] : []),
              ...(clusters.data ?? []).map(({ name }) => ({ value: name, label: name })),
            ]}
          />
          <Select
            aria-label="Kind"
            value={kind}
            onChange={(event) => setKind(event.target.value)}
            options={[
              { value: '', label: 'All kinds' },
              ...Object.entries(kindNames).map(([value, label]) => ({ value, label })),
            ]}
          />
          <Checkbox checked={active === 'true'} onChange={(event) => setActive(event.target.checked ? 'true' : '')}>
            Active now
          </Checkbox>
        </>
      }
    >
      {rows === undefined &&
        (error === null ? (
          <Skeleton className="h-60 w-full" />
        ) : (
          <ErrorState
            title="The sessions could not be loaded."
            retrying="Retrying every ten seconds."
            onRetry={() => void (clusters.data === undefined ? clusters : sessions).refetch()}
          >
            {error.message}
          </ErrorState>
        ))}
      <LastKnown at={sessions.dataUpdatedAt} className="flex flex-col gap-3">
        {rows?.length === 0 && (
          <EmptyState
            icon={<History aria-hidden />}
            title={filtered ? 'No sessions match the filter' : 'No sessions yet'}
            action={filtered && <Button onClick={clear}>Clear the filter</Button>}
          >
            {!filtered && 'Open a terminal in a pod, or run kubectl exec through the gateway: it will be listed here.'}
          </EmptyState>
        )}
        {rows !== undefined && rows.length > 0 && (
          <DataTable label="Sessions" columns={columnsFor(organization)} rows={rows} keyOf={({ id }) => id} />
        )}
        {sessions.hasNextPage && (
          <Button
            className="self-center"
            busy={sessions.isFetchingNextPage}
            onClick={() => void sessions.fetchNextPage()}
          >
            Show older
          </Button>
        )}
      </LastKnown>
    </Page>
  );
}

/** Who else viewed the terminal. */
function ViewersNote({ session: { viewers } }: { session: Session }) {
  const emails = [...new Set(viewers.map(({ user }) => user.email))];
  return (
    <Tooltip
      content={
        <ul>
          {viewers.map((viewer) => (
            <li key={`${viewer.user.id} ${viewer.joinedAt}`}>
              {viewer.user.email} {viewer.canType ? 'could type' : 'watched'} for{' '}
              <Duration from={viewer.joinedAt} to={viewer.leftAt} />
            </li>
          ))}
        </ul>
      }
    >
      <span className="block max-w-40 truncate text-faint text-xs max-md:max-w-56">with {emails.join(', ')}</span>
    </Tooltip>
  );
}

function columnsFor(organization: string): Column<Session>[] {
  return [
    {
      header: 'Kind',
      cell: (session) => <Badge tone={session.endedAt === null ? 'info' : 'idle'}>{kindNames[session.kind]}</Badge>,
    },
    {
      header: 'Who',
      cell: (session) => (
        <>
          <Tooltip content={`${session.clientAddress} · ${session.userAgent}`}>
            <span className="block max-w-40 truncate max-md:max-w-56">{session.user.email}</span>
          </Tooltip>
          {session.viewers.length > 0 && <ViewersNote session={session} />}
        </>
      ),
    },
    {
      header: 'Where',
      cell: (session) => (
        <span className="flex max-w-56 min-w-0 flex-col max-md:text-right">
          <Link
            title={session.pod}
            className="link truncate"
            href={href`/${organization}/clusters/${session.cluster.name}/r/pods/${session.namespace}/${session.pod}`}
          >
            {session.pod}
          </Link>
          <span className="truncate text-faint text-xs">
            {[session.cluster.name, session.namespace, session.container].filter(Boolean).join(' / ')}
          </span>
        </span>
      ),
    },
    {
      header: 'Command',
      className: 'md:max-w-36',
      cell: (session) =>
        session.command.length === 0 ? (
          <span className="text-faint">–</span>
        ) : (
          <Tooltip content={<code>{session.command.join(' ')}</code>}>
            <code className="block truncate text-muted max-md:max-w-56">{session.command.join(' ')}</code>
          </Tooltip>
        ),
    },
    { header: 'Started', cell: (session) => <Time at={session.startedAt} form="ago" className="text-muted" /> },
    {
      header: 'Lasted',
      cell: (session) =>
        session.endedAt === null ? (
          <span className="whitespace-nowrap text-info">
            <Duration from={session.startedAt} to={null} />, still open
          </span>
        ) : (
          <Tooltip content={session.endReason ?? 'Ended'}>
            <span className="whitespace-nowrap text-muted">
              <Duration from={session.startedAt} to={session.endedAt} />
            </span>
          </Tooltip>
        ),
    },
    {
      header: 'Up / down',
      align: 'right',
      cell: (session) => (
        <span className="inline-flex items-center gap-2 whitespace-nowrap text-muted">
          <span className="inline-flex items-center gap-0.5">
            <ArrowUp className="size-3 text-faint" aria-label="up" />
            <Bytes value={session.bytesUp} />
          </span>
          <span className="inline-flex items-center gap-0.5">
            <ArrowDown className="size-3 text-faint" aria-label="down" />
            <Bytes value={session.bytesDown} />
          </span>
        </span>
      ),
    },
    { header: 'Recording', cell: ({ recording }) => <RecordingNote recording={recording} /> },
    {
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (session) => <SessionRowActions organization={organization} session={session} />,
    },
  ];
}
