/** How many arguments of a command are recorded, and how many characters of each. */
const most = { words: 64, word: 1_024 };
/** How much of that is kept from the end, because what actually runs often follows a long beginning. */
const ends = { words: 16, word: 256 };

/**
 * A command as recorded. A note with the amount replaces what is left out, so that nobody can hide a command behind others.
 * @param command without NUL.
 */
export function recordedCommand(command: readonly string[]): string[] {
  if (command.length <= most.words) return command.map(recordedWord);
  const first = command.slice(0, most.words - ends.words - 1);
  const last = command.slice(-ends.words);
  const left = command.slice(first.length, -ends.words);
  const bytes = left.reduce((sum, word) => sum + Buffer.byteLength(word), 0);
  return [...first.map(recordedWord), `… ${left.length} more arguments, ${bytes} bytes …`, ...last.map(recordedWord)];
}

function recordedWord(word: string): string {
  // PostgreSQL cannot store NUL or lone surrogates.
  const text = word.replaceAll('\0', '\u2400').toWellFormed();
  if (text.length <= most.word) return text;
  const first = text.slice(0, most.word - ends.word);
  const last = text.slice(-ends.word);
  const bytes = Buffer.byteLength(text) - Buffer.byteLength(first) - Buffer.byteLength(last);
  return `${first}… ${bytes} more bytes …${last}`.toWellFormed();
}
