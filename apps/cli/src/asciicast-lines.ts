import { CliError } from './cli-error.ts';

/** An event of an asciicast v3: seconds since the one before, code, data. */
export type CastEvent = [interval: number, code: string, data: string];

/** The longest line; the gateway writes at most what a session shows at once. */
const maxLine = 16 * 1024 * 1024;

/** The events of an asciicast, without its header. @throws {CliError} if it is none. */
export async function* castEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<CastEvent, void> {
  let isHeader = true;
  for await (const line of linesOf(body)) {
    const value = parse(line);
    if (isHeader) {
      if ((value as { version?: unknown } | null)?.version !== 3) throw broken();
      isHeader = false;
    } else if (isEvent(value)) yield value;
    else throw broken();
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > maxLine) throw broken();
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw broken();
  }
}

function isEvent(value: unknown): value is CastEvent {
  if (!Array.isArray(value)) return false;
  const [interval, code, data] = value as unknown[];
  return typeof interval === 'number' && interval >= 0 && typeof code === 'string' && typeof data === 'string';
}

function broken(): CliError {
  return new CliError('The recording cannot be read. Try again, or look at it with --json.', { code: 'internal' });
}
