/** The style of a run of text; colours are names, which themes define. */
export interface TextStyle {
  colour?: AnsiColour;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  inverse?: boolean;
}

export type AnsiColour = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'grey';

export interface Run {
  text: string;
  style: TextStyle;
}

const colours: readonly (AnsiColour | undefined)[] = [
  undefined,
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  undefined,
];

// ECMA-48: CSI, then OSC and other strings up to their end, then two-byte escapes, then control characters except tab.
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is about control characters
  /(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~])|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern is about control characters
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

/** Whether a text has anything that `plainText` removes. */
export function hasEscapes(raw: string): boolean {
  return control.test(raw);
}

/** Text without escapes and control characters, for display, search and download. */
export function plainText(raw: string): string {
  return raw.replace(escapes, '');
}

/** Splits a line into runs of one style. Only colours and weights (SGR) are applied; other escapes are removed. */
export function parseAnsi(raw: string): Run[] {
  const runs: Run[] = [];
  let style: TextStyle = {};
  let at = 0;
  const push = (text: string) => {
    const last = runs.at(-1);
    if (text === '') return;
    if (last !== undefined && last.style === style) last.text += text;
    else runs.push({ text, style });
  };
  for (const match of raw.matchAll(escapes)) {
    push(raw.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') style = applySgr(style, match[1] ?? '');
  }
  push(raw.slice(at));
  return runs;
}

function applySgr(before: TextStyle, parameters: string): TextStyle {
  let style = { ...before };
  const codes = parameters.split(/[;:]/).map((code) => Number(code || 0));
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.underline = true;
    else if (code === 7) style.inverse = true;
    else if (code === 22) style = without(style, 'bold', 'dim');
    else if (code === 23) style = without(style, 'italic');
    else if (code === 24) style = without(style, 'underline');
    else if (code === 27) style = without(style, 'inverse');
    else if (code === 39) style = without(style, 'colour');
    else if (code >= 30 && code <= 37) style = coloured(style, colours[code - 30]);
    else if (code === 90) style = coloured(style, 'grey');
    else if (code >= 91 && code <= 97) style = coloured(style, colours[code - 90]);
    else if (code === 38 || code === 48) {
      // Of 256 colours and true colour, only those with a name are applied; others could be unreadable on our background.
      const indexed = codes[index + 1] === 5;
      const named = codes[index + 2] ?? 0;
      if (code === 38)
        style = coloured(style, indexed && named < 16 ? (named === 8 ? 'grey' : colours[named % 8]) : undefined);
      index += indexed ? 2 : 4;
    }
  }
  return style;
}

function coloured(style: TextStyle, colour: AnsiColour | undefined): TextStyle {
  const rest = without(style, 'colour');
  return colour === undefined ? rest : { ...rest, colour };
}

function without(style: TextStyle, ...keys: (keyof TextStyle)[]): TextStyle {
  const rest = { ...style };
  for (const key of keys) delete rest[key];
  return rest;
}
