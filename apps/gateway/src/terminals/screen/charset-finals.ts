import xterm from '@xterm/headless';
import { internalsOf } from './xterm-internals.ts';

/** The final bytes of all sets that xterm.js knows, apart from `B`, ASCII, for which it has no object. */
const known = ['0', 'A', '4', '5', 'R', 'Q', 'K', 'Y', '6', 'Z', '7', '='];
let finals: ReadonlyMap<unknown, string> | undefined;

/** The final byte of the sequence that designates this set. */
export function charsetFinal(charset: unknown): string {
  finals ??= findFinals();
  return finals.get(charset) ?? 'B';
}

/** The sets are objects inside of xterm.js, without a name: each is designated once to see which it is. */
function findFinals(): Map<unknown, string> {
  const terminal = new xterm.Terminal({ cols: 2, rows: 1, scrollback: 0 });
  const core = internalsOf(terminal);
  const found = known.map((final): [unknown, string] => {
    core._inputHandler.selectCharset(`(${final}`);
    return [core._charsetService._charsets[0], final];
  });
  terminal.dispose();
  return new Map(found);
}
