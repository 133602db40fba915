import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';

const levels: Record<number, string> = { 20: 'debug', 30: '', 40: 'warning: ', 50: 'error: ' };

/** Logs to stderr: JSON lines, or readable lines if stderr is a terminal. */
export function createLogger(options: { level: string; isTerminal: boolean }): Logger {
  const out = destination({ dest: 2, sync: true });
  const settings = {
    level: options.level,
    base: {},
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describe },
  };
  return options.isTerminal ? pino({ ...settings, formatters: {} }, forPeople(out)) : pino(settings, out);
}

/** One line per message: time, level if it matters, message, fields. */
function forPeople(out: DestinationStream): DestinationStream {
  return {
    write: (line) => {
      const { level, time, msg, ...rest } = JSON.parse(line) as { level: number; time: string; msg?: string };
      const details = Object.entries(rest).map(([name, value]) => `${name}=${plain(value)}`);
      const clock = time.slice(11, 19);
      out.write(`${clock} ${levels[level] ?? ''}${msg ?? ''}${details.length > 0 ? ` (${details.join(', ')})` : ''}\n`);
    },
  };
}

/** JSON keeps control characters in untrusted text out of the terminal. */
function plain(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
}

function describe(error: unknown): unknown {
  return error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : error;
}
