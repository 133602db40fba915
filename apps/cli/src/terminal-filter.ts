type State = 'text' | 'escape' | 'csi' | 'string' | 'string-escape' | 'charset';

/** The longest control sequence; a longer one is dropped. */
const maxSequence = 256;
/** What makes a terminal answer, as if somebody typed, or moves and resizes its window. */
const answered = /(?:[cntx]|\$p|>q)$/;

/**
 * Filters a recording for somebody else's terminal, however its text is split: drops all strings for the terminal (OSC with titles
 * and the clipboard, DCS, APC, PM, SOS), sequences that it would answer, and C1 controls. Colours and movements of the cursor stay.
 */
export class TerminalFilter {
  #state: State = 'text';
  #sequence = '';

  push(text: string): string {
    let out = '';
    for (const character of text) out += this.#take(character);
    return out;
  }

  #take(character: string): string {
    switch (this.#state) {
      case 'text':
        return this.#text(character);
      case 'escape':
        return this.#escape(character);
      case 'csi':
        return this.#csi(character);
      case 'charset':
        this.#state = 'text';
        return isSequence(character) ? `${this.#sequence}${character}` : this.#text(character);
      case 'string':
        if (character === '\x1b') this.#state = 'string-escape';
        else if (character === '\x07' || character === '\x18' || character === '\x1a' || character === '\x9c')
          this.#state = 'text';
        return '';
      default:
        // ESC \ ends a string, and any other escape sequence does too.
        this.#state = 'text';
        return character === '\\' ? '' : this.#begin(character);
    }
  }

  #text(character: string): string {
    if (character === '\x1b') {
      this.#state = 'escape';
      return '';
    }
    if (/[\x90\x98\x9d-\x9f]/.test(character)) this.#state = 'string';
    else if (character === '\x9b') return this.#begin('[');
    // ENQ asks for an answer.
    return character === '\x05' || /[\x80-\x9f]/.test(character) ? '' : character;
  }

  #begin(character: string): string {
    this.#state = 'escape';
    return this.#escape(character);
  }

  #escape(character: string): string {
    this.#sequence = `\x1b${character}`;
    if (character === '\x1b') return '';
    if (!isSequence(character)) {
      this.#state = 'text';
      return this.#text(character);
    }
    if (/[\]P_^X]/.test(character)) this.#state = 'string';
    else if (character === '[') this.#state = 'csi';
    else if (/[ -/]/.test(character)) this.#state = 'charset';
    else {
      this.#state = 'text';
      // ESC Z asks for an answer, ESC c resets the terminal.
      return /[Zc]/.test(character) ? '' : this.#sequence;
    }
    return '';
  }

  #csi(character: string): string {
    if (character === '\x1b') return this.#text(character);
    if (!isSequence(character) || this.#sequence.length > maxSequence) {
      this.#state = 'text';
      return '';
    }
    this.#sequence += character;
    if (character < '@') return '';
    this.#state = 'text';
    return answered.test(this.#sequence) ? '' : this.#sequence;
  }
}

/** Whether a sequence can consist of it: ASCII without controls. */
function isSequence(character: string): boolean {
  return character >= ' ' && character <= '~';
}
