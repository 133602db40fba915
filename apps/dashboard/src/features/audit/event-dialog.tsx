'use client';
import type { AuditEvent } from '@postern/contracts';
import type { ReactNode } from 'react';
import { formatInstant } from '#components/format/age.ts';
import { href } from '#components/href.ts';
import { Badge } from '#components/ui/badge.tsx';
import { Bytes } from '#components/ui/bytes.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Link } from '#features/router/link.tsx';
import { matchRoute } from '#features/router/routes.ts';
import { decisionTones, deedOf, objectOf, sourceNames } from './event-words.ts';

/** Everything that an entry of the trail says. */
export function EventDialog({
  organization,
  event,
  onClose,
}: {
  organization: string;
  event: AuditEvent | undefined;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={event !== undefined}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      size="lg"
      title={event === undefined ? '' : `Entry ${event.seq}: ${deedOf(event)}`}
    >
      {event !== undefined && (
        <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 gap-y-1.5 max-sm:grid-cols-1 [&_dd]:[overflow-wrap:anywhere]">
          {factsOf(event, organization).map(([name, value]) => (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ))}
        </dl>
      )}
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-faint max-sm:mt-1">{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** The facts of an entry, without those that it does not have. */
function factsOf(event: AuditEvent, organization: string): [name: string, value: ReactNode][] {
  const { actor, identity, credential, cluster, session } = event;
  const facts: [string, ReactNode | null][] = [
    ['When', formatInstant(new Date(event.at))],
    ['Who', actor.kind === 'person' ? actor.name : `${actor.name} (${actor.kind.replace('-', ' ')})`],
    ['Acted as', identity && identity.user + (identity.real === null ? '' : `, really ${identity.real}`)],
    ['Groups', identity && (identity.groups.join(', ') || null)],
    ['Action', <code key="action">{event.action}</code>],
    ['Cluster', cluster?.name],
    ['Object', objectOf(event) || null],
    [
      'Outcome',
      <Badge key="outcome" tone={decisionTones[event.decision]}>
        {event.decision}
      </Badge>,
    ],
    ['Why', event.reason],
    ['Status', event.status],
    ['To the cluster', event.bytesUp !== null && <Bytes value={event.bytesUp} />],
    ['From the cluster', event.bytesDown !== null && <Bytes value={event.bytesDown} />],
    ['Took', event.durationMs !== null && `${event.durationMs.toLocaleString('en')} ms`],
    [
      'Session',
      session && (
        <Link key="session" className="link" href={sessionHref(organization, session)}>
          Show the session
        </Link>
      ),
    ],
    ['Address', event.address],
    ['With', [sourceNames[event.source], event.userAgent].filter(Boolean).join(': ')],
    ['Credential', credential && `${credential.kind} ${credential.id}`],
    ['Request', event.request],
    ...Object.entries(event.details).map(([name, value]): [string, ReactNode] => [
      `“${name}”`,
      <code key={name}>{textOf(value)}</code>,
    ]),
    ['Hash', <code key="hash">{event.hash}</code>],
    ['Hash before', <code key="previous">{event.previous}</code>],
  ];
  return facts.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== '');
}

/** The page of a session; the list of all while the dashboard has no page for one. */
function sessionHref(organization: string, session: string): string {
  const own = href`/${organization}/sessions/${session}`;
  return matchRoute(own) === undefined ? href`/${organization}/sessions` : own;
}

function textOf(value: AuditEvent['details'][string]): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name}=${one}`)
    .join(', ');
}
