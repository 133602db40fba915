import { CloseTerminal, OpenTerminal, TerminalAck, TerminalInput, TerminalResize } from '@postern/contracts';
import { Refusal } from '../access/refusal.ts';
import { endingOfStatus } from '../terminals/ending.ts';
import type { Terminal } from '../terminals/terminal.ts';
import type { TerminalRequest } from '../terminals/terminal-service.ts';
import { type Answer, answerOf, listener, socketError } from './answer.ts';
import type { LiveOptions, LiveSocket } from './live-socket.ts';
import { unreadLimits } from './unread.ts';

const maxTerminals = 32;
/** Most outstanding acknowledgements that are free. */
const maxAcksOwed = 4_096;

type Opened = { terminal: string; container: string; shell: string };
type Done = Record<string, never>;

/** Serves the terminals of one connection, which can only use its own, and which end with it. */
export function serveTerminals(socket: LiveSocket, { terminals, logger }: LiveOptions): void {
  const { data: connection } = socket;
  const own = new Map<string, Terminal>();
  let opening = 0;
  const rules = { logger, failed: 'Postern cannot do this right now. Try again shortly.' };

  async function open(request: TerminalRequest, answer: Answer<Opened>): Promise<void> {
    const { principal, address, userAgent } = connection;
    const { terminal, start } = await terminals.open({ principal, address, userAgent }, request);
    const { id, container, shell } = terminal;
    own.set(id, terminal);
    // The answer goes first: the browser must know the id before its output arrives.
    answer({ terminal: id, container, shell });
    start({
      onOutput: (output) => {
        connection.acksOwed = Math.min(connection.acksOwed + 1, maxAcksOwed);
        socket.emit('terminal:output', { terminal: id, data: output });
        if (connection.guard.unread() > unreadLimits.hold) terminal.congested(true);
      },
      onEnded: (ending) => {
        own.delete(id);
        socket.emit('terminal:ended', { terminal: id, ...ending });
      },
    });
    if (!socket.connected) terminal.end({ code: 'closed', exitCode: null, message: 'The browser went away.' });
  }

  socket.on(
    'terminal:open',
    listener<typeof OpenTerminal, Opened>({ ...rules, schema: OpenTerminal }, async (request, answer) => {
      if (own.size + opening >= maxTerminals) {
        answer(socketError('limit', `At most ${maxTerminals} terminals can be open. Close one first.`));
        return;
      }
      opening++;
      try {
        await open(request, answer);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { code, message } = endingOfStatus(error.status.code, error.status.message);
        answer(socketError(code, message));
      } finally {
        opening--;
      }
    }),
  );
  socket.on(
    'terminal:input',
    listener({ ...rules, schema: TerminalInput }, ({ terminal, data }) => own.get(terminal)?.input(data)),
  );
  socket.on(
    'terminal:resize',
    listener({ ...rules, schema: TerminalResize }, ({ terminal, ...size }) => own.get(terminal)?.resize(size)),
  );
  socket.on(
    'terminal:ack',
    listener({ ...rules, schema: TerminalAck }, ({ terminal, bytes }) => own.get(terminal)?.acknowledge(bytes)),
  );
  socket.on(
    'terminal:close',
    listener<typeof CloseTerminal, Done>({ ...rules, schema: CloseTerminal }, ({ terminal }, answer) => {
      own.get(terminal)?.end({ code: 'closed', exitCode: null, message: 'The terminal was closed.' });
      answer({});
    }),
  );
  // Measures the round trip, so its argument is ignored.
  socket.on('terminal:ping', (acknowledgement: unknown) => answerOf<undefined>(acknowledgement)(undefined));

  connection.guard.onTaken(() => {
    if (connection.guard.unread() > unreadLimits.hold) return;
    for (const terminal of own.values()) terminal.congested(false);
  });
  socket.once('disconnect', () => {
    for (const terminal of [...own.values()]) {
      terminal.end({ code: 'closed', exitCode: null, message: 'The browser went away.' });
    }
  });
}
