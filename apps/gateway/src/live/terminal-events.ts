import { CloseTerminal, OpenTerminal, TerminalAck, TerminalInput, TerminalResize } from '@postern/contracts';
import type { Terminal } from '../terminals/terminal.ts';
import { TerminalRefused } from '../terminals/terminal-service.ts';
import { receive, socketError } from './answer.ts';
import type { LiveOptions, LiveSocket } from './live-socket.ts';

const maxTerminals = 32;
/** Packets that wait for the connection itself; above this terminals stop reading, whatever was acknowledged. */
const maxPacketsWaiting = 32;

type Opened = { terminal: string; container: string; shell: string };

/** Terminals of one connection. They are found by id among its own only, and end with it. */
export function serveTerminals(socket: LiveSocket, { terminals, logger }: LiveOptions): void {
  const own = new Map<string, Terminal>();
  let opening = 0;

  socket.on('terminal:open', async (request, ack) => {
    const received = receive<typeof OpenTerminal, Opened>(OpenTerminal, request, ack);
    if (received === undefined) return;
    if (own.size + opening >= maxTerminals) {
      received.answer(socketError('limit', `At most ${maxTerminals} terminals can be open. Close one first.`));
      return;
    }
    opening++;
    try {
      const { principal, address, userAgent } = socket.data;
      const { terminal, start } = await terminals.open({ principal, address, userAgent }, received.value);
      const { id, container, shell } = terminal;
      own.set(id, terminal);
      // The answer first: the browser must know the id before output comes under it.
      received.answer({ terminal: id, container, shell });
      start({
        onOutput: (data) => {
          socket.emit('terminal:output', { terminal: id, data });
          if (packetsWaiting(socket) > maxPacketsWaiting) terminal.congested(true);
        },
        onEnded: (ending) => {
          own.delete(id);
          socket.emit('terminal:ended', { terminal: id, ...ending });
        },
      });
      if (!socket.connected) terminal.end({ code: 'closed', exitCode: null, message: 'The browser went away.' });
    } catch (error) {
      if (error instanceof TerminalRefused) received.answer(socketError(error.ending.code, error.ending.message));
      else {
        logger.error({ error }, 'a terminal could not be opened');
        received.answer(socketError('failed', 'Postern cannot open a terminal right now. Try again shortly.'));
      }
    } finally {
      opening--;
    }
  });

  socket.on('terminal:input', (request) => {
    const received = receive(TerminalInput, request, undefined);
    if (received !== undefined) own.get(received.value.terminal)?.input(received.value.data);
  });
  socket.on('terminal:resize', (request) => {
    const received = receive(TerminalResize, request, undefined);
    if (received !== undefined) own.get(received.value.terminal)?.resize(received.value);
  });
  socket.on('terminal:ack', (request) => {
    const received = receive(TerminalAck, request, undefined);
    if (received !== undefined) own.get(received.value.terminal)?.acknowledge(received.value.bytes);
  });
  socket.on('terminal:close', (request, ack) => {
    const received = receive<typeof CloseTerminal, Record<string, never>>(CloseTerminal, request, ack);
    if (received === undefined) return;
    own.get(received.value.terminal)?.end({ code: 'closed', exitCode: null, message: 'The terminal was closed.' });
    received.answer({});
  });
  socket.on('terminal:ping', (ack) => {
    if (typeof ack === 'function') ack();
  });

  const onDrain = (): void => {
    for (const terminal of own.values()) terminal.congested(false);
  };
  socket.conn.on('drain', onDrain);
  socket.once('disconnect', () => {
    socket.conn.off('drain', onDrain);
    for (const terminal of [...own.values()]) {
      terminal.end({ code: 'closed', exitCode: null, message: 'The browser went away.' });
    }
  });
}

/** engine.io's queue above the socket. Its type hides it; nothing else tells whether a browser reads. */
function packetsWaiting(socket: LiveSocket): number {
  return (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
}
