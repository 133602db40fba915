'use client';
import type { Cluster } from '@postern/contracts';
import { useQuery } from '@tanstack/react-query';
import { href } from '#components/href.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import { Duration } from '#components/ui/time.tsx';
import { api } from '#features/browser-session/api.ts';
import { Link } from '#features/router/link.tsx';
import { kindNames } from '#features/sessions/kind-names.ts';
import { QueryBody } from './card-body.tsx';

/** The people with an open exec, attach, port-forward or terminal in this cluster. */
export function ConnectedCard({ organization, cluster }: { organization: string; cluster: Cluster }) {
  const sessions = useQuery({
    queryKey: ['sessions', organization, 'active', cluster.id],
    queryFn: ({ signal }) =>
      api.call('listSessions', {
        params: { organization },
        query: { cluster: cluster.id, active: 'true', limit: 20 },
        signal,
      }),
    refetchInterval: 10_000,
  });
  return (
    <Card
      title="Connected now"
      aside={
        <Link className="link" href={href`/${organization}/sessions?cluster=${cluster.name}`}>
          All sessions
        </Link>
      }
    >
      <QueryBody query={sessions} what="sessions" lines={2}>
        {({ items }) => {
          if (items.length === 0) return <p className="text-muted">No sessions are open.</p>;
          return (
            <ul className="flex flex-col">
              {items.map((session) => (
                <li key={session.id} className="flex min-h-8 items-center gap-2 border-b last:border-b-0">
                  <Badge>{kindNames[session.kind]}</Badge>
                  <p className="min-w-0 flex-1 truncate">
                    {session.user.email}{' '}
                    <span className="text-faint">
                      {session.namespace}/{session.pod}
                    </span>
                  </p>
                  <span className="shrink-0 text-faint text-xs">
                    <Duration from={session.startedAt} to={null} />
                  </span>
                </li>
              ))}
            </ul>
          );
        }}
      </QueryBody>
    </Card>
  );
}
