import {
  type AttachedTerminal,
  AttachTerminal,
  CloseTerminal,
  DetachTerminal,
  OpenTerminal,
  ShareTerminal,
  type SocketError,
  TerminalAck,
  type TerminalElsewhere,
  TerminalInput,
  TerminalResize,
} from '@postern/contracts';
import { Refusal } from '../access/refusal.ts';
import { endingOfStatus } from '../terminals/ending.ts';
import type { BegunView } from '../terminals/held/held-terminals.ts';
import type { ViewEvents } from '../terminals/held/terminal-view.ts';
import { type Answer, answerOf, listener, socketError } from './answer.ts';
import type { LiveOptions, LiveSocket } from './live-socket.ts';
import { unreadLimits } from './unread.ts';

/** Most terminals that one connection views. */
const maxViews = 64;
/** Most outstanding acknowledgements that are free. */
const maxAcksOwed = 4_096;

type Done = Record<string, never>;

/** Serves the views of one connection, which end with it. The terminals are held elsewhere, and run on. */
export function serveTerminals(socket: LiveSocket, { terminals, logger }: LiveOptions): void {
  const { data: connection } = socket;
  const views = new Map<string, BegunView>();
  let beginning = 0;
  const rules = { logger, failed: 'Postern cannot do this right now. Try again shortly.' };

  /** What the page is told of a terminal. Its id is known only after the view has begun. */
  function eventsOf(view: () => BegunView | undefined): ViewEvents {
    const id = (): string => view()?.terminal.id ?? '';
    const over = (): void => {
      if (views.get(id()) === view()) views.delete(id());
    };
    const owe = (): void => {
      connection.acksOwed = Math.min(connection.acksOwed + 1, maxAcksOwed);
      if (connection.guard.unread() > unreadLimits.hold) view()?.view.congested(true);
    };
    return {
      onReset: (reset) => {
        socket.emit('terminal:reset', { terminal: id(), ...reset });
        owe();
      },
      onOutput: (position, data) => {
        socket.emit('terminal:output', { terminal: id(), position, data });
        owe();
      },
      onSize: (size, own) => void socket.emit('terminal:size', { terminal: id(), ...size, own }),
      onViewers: (viewers) => {
        const begun = view();
        if (begun === undefined) return;
        const { terminal, view: own } = begun;
        socket.emit('terminal:viewers', { terminal: terminal.id, viewers, mode: own.mode, sharing: terminal.sharing });
      },
      onDetached: (message) => {
        over();
        socket.emit('terminal:detached', { terminal: id(), message });
      },
      onEnded: (ending) => {
        over();
        socket.emit('terminal:ended', { terminal: id(), ...ending });
      },
    };
  }

  /** Begins a view: the answer goes first, because the page must know the terminal before its output arrives. */
  async function begin<T>(
    answer: Answer<AttachedTerminal | T>,
    ask: (events: ViewEvents) => Promise<BegunView | { answer: T | SocketError }>,
  ): Promise<void> {
    if (views.size + beginning >= maxViews) {
      answer(socketError('limit', `At most ${maxViews} terminals can be open in one page. Close one first.`));
      return;
    }
    let begun: BegunView | undefined;
    beginning++;
    try {
      const asked = await ask(eventsOf(() => begun));
      if ('answer' in asked) {
        answer(asked.answer);
        return;
      }
      begun = asked;
      const { terminal, view } = begun;
      views.set(terminal.id, begun);
      const { userId } = connection.principal;
      const { mode } = view;
      const received = terminal.received(view);
      answer({ terminal: terminal.describe(userId), mode, received, written: terminal.written });
      begun.start();
      if (!socket.connected) terminal.detach(view);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, message } = endingOfStatus(error.status.code, error.status.message);
      answer(socketError(code, message));
    } finally {
      beginning--;
    }
  }

  const client = () => {
    const { principal, address, userAgent } = connection;
    return { principal, address, userAgent };
  };
  socket.on(
    'terminal:open',
    listener<typeof OpenTerminal, AttachedTerminal>({ ...rules, schema: OpenTerminal }, (request, answer) =>
      begin<never>(answer, (events) => terminals.open(client(), request, events)),
    ),
  );
  socket.on(
    'terminal:attach',
    listener<typeof AttachTerminal, AttachedTerminal | TerminalElsewhere>(
      { ...rules, schema: AttachTerminal },
      (request, answer) =>
        begin<TerminalElsewhere>(answer, async (events) => {
          const attached = await terminals.attach(client(), request, events);
          if ('gone' in attached) return { answer: socketError(attached.gone.code, attached.gone.message) };
          return 'elsewhere' in attached ? { answer: attached } : attached;
        }),
    ),
  );
  socket.on(
    'terminal:input',
    listener<typeof TerminalInput, { received: number }>(
      { ...rules, schema: TerminalInput },
      ({ terminal, from, data }, answer) => {
        const begun = views.get(terminal);
        if (begun === undefined) answer(notViewed);
        else answer({ received: begun.terminal.input(begun.view, from, data) });
      },
    ),
  );
  socket.on(
    'terminal:resize',
    listener({ ...rules, schema: TerminalResize }, ({ terminal, ...size }) => {
      const begun = views.get(terminal);
      begun?.terminal.resize(begun.view, size);
    }),
  );
  socket.on(
    'terminal:ack',
    listener({ ...rules, schema: TerminalAck }, ({ terminal, position }) =>
      views.get(terminal)?.view.acknowledge(position),
    ),
  );
  socket.on(
    'terminal:detach',
    listener<typeof DetachTerminal, Done>({ ...rules, schema: DetachTerminal }, ({ terminal }, answer) => {
      const begun = views.get(terminal);
      views.delete(terminal);
      begun?.terminal.detach(begun.view);
      answer({});
    }),
  );
  socket.on(
    'terminal:close',
    listener<typeof CloseTerminal, Done>({ ...rules, schema: CloseTerminal }, ({ terminal, organization }, answer) => {
      const held = terminals.find(connection.principal, { organization, terminal });
      if (held !== undefined && held.owner.userId !== connection.principal.userId) answer(notOwner);
      else {
        held?.end({ code: 'closed', exitCode: null, message: 'The terminal was closed.' });
        answer({});
      }
    }),
  );
  socket.on(
    'terminal:share',
    listener<typeof ShareTerminal, Done>(
      { ...rules, schema: ShareTerminal },
      ({ terminal, organization, sharing }, answer) => {
        const held = terminals.find(connection.principal, { organization, terminal });
        if (held === undefined) answer(notViewed);
        else if (held.owner.userId !== connection.principal.userId) answer(notOwner);
        else {
          terminals.share(client(), held, sharing);
          answer({});
        }
      },
    ),
  );
  // Measures the round trip, so its argument is ignored.
  socket.on('terminal:ping', (acknowledgement: unknown) => answerOf<undefined>(acknowledgement)(undefined));

  connection.guard.onTaken(() => {
    if (connection.guard.unread() > unreadLimits.hold) return;
    for (const { view } of views.values()) view.congested(false);
  });
  socket.once('disconnect', () => {
    for (const { terminal, view } of [...views.values()]) terminal.detach(view);
    views.clear();
  });
}

const notViewed = socketError('not-found', 'This terminal is not open here. Open it again.');
const notOwner = socketError('denied', 'Only the person who opened this terminal can do this.');
