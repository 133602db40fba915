import type { ClientToServerEvents } from '@postern/contracts';
import type { Limits } from '../limits/limits.ts';
import { answerOf, socketError, tooMuch } from './answer.ts';
import type { LiveSocket } from './live-socket.ts';

/**
 * How many events each event counts as. A list of clusters is read, serialised and sent; a terminal takes two requests to a
 * cluster.
 */
const costs: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'clusters:watch': 25,
    'clusters:unwatch': 1,
    'terminals:watch': 5,
    'terminals:unwatch': 1,
    'live:ping': 1,
    'terminal:open': 10,
    'terminal:attach': 5,
    'terminal:input': 1,
    'terminal:resize': 1,
    'terminal:ack': 1,
    'terminal:detach': 1,
    'terminal:close': 1,
    'terminal:share': 5,
    'terminal:ping': 1,
  } satisfies Record<keyof ClientToServerEvents, number>),
);

/**
 * Counts every event before its handler. Beyond the limit, an event with an acknowledgement is only answered with `limit`.
 * Others (keystrokes, sizes) are still processed, because losing half of what somebody typed is worse than losing all of it;
 * the connection's guard cuts off those who send too much.
 */
export function limitEvents(socket: LiveSocket, limits: Limits): void {
  const { data } = socket;
  socket.use(([event, ...values], next) => {
    const acknowledgement = values.at(-1);
    if (event === 'terminal:ack' && data.acksOwed > 0) {
      data.acksOwed--;
      next();
      return;
    }
    const cost = costs.get(event);
    const seconds = limits.take('liveEventsPerUser', data.principal.userId, cost ?? 1);
    const canBeTold = typeof acknowledgement === 'function';
    if (seconds > 0 && canBeTold)
      answerOf(acknowledgement)(
        tooMuch(seconds, `Too many events. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`),
      );
    else if (cost !== undefined) next();
    else answerOf(acknowledgement)(socketError('invalid-request', 'There is no such event.'));
  });
}
