import { type HeldTerminal, WatchTerminals } from '@postern/contracts';
import { logFailure } from '../database/log-failure.ts';
import { listener, socketError } from './answer.ts';
import type { LiveOptions, LiveSocket } from './live-socket.ts';

type Done = Record<string, never>;

/** Tells one connection which terminals its person may view in the organizations that it watches. */
export function serveTerminalList(socket: LiveSocket, { terminals, logger }: LiveOptions): void {
  const { principal } = socket.data;
  const rules = { logger, failed: 'Postern cannot list terminals right now. Try again shortly.' };
  /** The watched organizations: their names by their ids. */
  const watched = new Map<string, string>();
  /** Organizations of which a change is to be sent. */
  const changed = new Set<string>();

  /** Lists are sent one after the other, so that the newest arrives last. */
  let sending = Promise.resolve();

  const idOf = (slug: string): string | undefined =>
    principal.memberships.find((membership) => membership.slug === slug)?.organizationId;

  /** Several changes in one turn are sent once. */
  const onChanged = (organizationId: string): void => {
    if (!watched.has(organizationId)) return;
    if (changed.size === 0) setImmediate(send);
    changed.add(organizationId);
  };
  const send = (): void => {
    for (const organizationId of changed) {
      sending = sending
        .then(() => sendList(organizationId))
        .catch((error: unknown) => logFailure(logger, error, 'a change of the list of terminals could not be sent'));
    }
    changed.clear();
  };
  const sendList = async (organizationId: string): Promise<void> => {
    const items = await terminals.list(principal, organizationId);
    const organization = watched.get(organizationId);
    if (organization !== undefined) socket.emit('terminals:changed', { organization, items });
  };

  socket.on(
    'terminals:watch',
    listener<typeof WatchTerminals, { items: HeldTerminal[] }>(
      { ...rules, schema: WatchTerminals },
      async ({ organization }, answer) => {
        const organizationId = idOf(organization);
        if (organizationId === undefined) {
          answer(socketError('not-found', 'There is no such organization, or you are not a member of it.'));
          return;
        }
        watched.set(organizationId, organization);
        answer({ items: await terminals.list(principal, organizationId) });
      },
    ),
  );
  socket.on(
    'terminals:unwatch',
    listener<typeof WatchTerminals, Done>({ ...rules, schema: WatchTerminals }, ({ organization }, answer) => {
      watched.delete(idOf(organization) ?? '');
      answer({});
    }),
  );
  terminals.on('changed', onChanged);
  socket.once('disconnect', () => {
    watched.clear();
    terminals.off('changed', onChanged);
  });
}
