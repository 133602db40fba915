import { SessionReader } from '../session-reader.ts';
import type { Chunk, WireProtocol } from './wire.ts';

/** What a session consisted of. */
export interface Seen {
  output: string;
  errorOutput: string;
  input: string;
  sizes: string[];
  exits: { code: number | null; message: string }[];
  unreadable: string[];
}

/** Reads chunks as they come. Outputs are in hex. */
export function read({ protocol, subprotocol }: WireProtocol, chunks: readonly Chunk[], { input = true } = {}): Seen {
  const seen: Seen = { output: '', errorOutput: '', input: '', sizes: [], exits: [], unreadable: [] };
  const reader = SessionReader.create({
    protocol,
    subprotocol,
    input,
    onEvent: (event) => {
      if (event.kind === 'output') seen.output += Buffer.from(event.data).toString('hex');
      else if (event.kind === 'error-output') seen.errorOutput += Buffer.from(event.data).toString('hex');
      else if (event.kind === 'input') seen.input += Buffer.from(event.data).toString('hex');
      else if (event.kind === 'resize') seen.sizes.push(`${event.columns}x${event.rows}`);
      else seen.exits.push({ code: event.code, message: event.message });
    },
    onUnreadable: (reason) => seen.unreadable.push(reason),
  });
  if (reader === null) throw new Error(`${protocol} ${subprotocol} is not known`);
  for (const { side, bytes } of chunks) reader[side](bytes);
  reader.close();
  return seen;
}
