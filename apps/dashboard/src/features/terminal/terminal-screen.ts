import '@xterm/xterm/css/xterm.css';
import { boundEmulator } from '@postern/terminal-bounds';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { Terminal } from '@xterm/xterm';
import { isApple } from '#components/keys/chord.ts';
import type { Theme } from '#features/theme/use-theme.ts';
import { fittedSize } from './fitted-size.ts';
import { pastedText } from './pasted-text.ts';
import { terminalKey } from './terminal-key.ts';
import type { Size } from './terminal-session.ts';
import type { TerminalSettings } from './terminal-settings.ts';
import { terminalTheme } from './terminal-theme.ts';
import { drawWithGpu } from './webgl-renderer.ts';
import { XtermAnswers } from './xterm-answers.ts';

export interface ScreenOptions {
  element: HTMLElement;
  theme: Theme;
  settings: TerminalSettings;
  onInput: (data: Uint8Array) => void;
  onResize: (size: Size) => void;
  onSearch: () => void;
  onMatches: (matches: { index: number; count: number }) => void;
}

const FONT = '"JetBrains Mono Variable"';
const SCROLLBACK = 10_000;
/** Escape sequences for a soft reset (DECSTR), no mouse reports and no bracketed paste. */
const SETTLE = '\x1b[!p\x1b[?1000;1002;1003;1006;2004l';
const encoder = new TextEncoder();

/** Wraps the terminal emulator: draws output, passes on input, reports its size. */
export class TerminalScreen {
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #answers: XtermAnswers;
  readonly #element: HTMLElement;
  readonly #observer: ResizeObserver;
  #copyOnSelect: boolean;
  #theme: Theme;
  /** Whether another view of the terminal chose its size. */
  #isForeign = false;

  private constructor(options: ScreenOptions) {
    const { element, theme, settings } = options;
    this.#element = element;
    this.#copyOnSelect = settings.copyOnSelect;
    this.#theme = theme;
    this.#terminal = new Terminal({
      allowProposedApi: true,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily: `${FONT}, ui-monospace, SFMono-Regular, Menlo, monospace`,
      fontSize: settings.fontSize,
      lineHeight: 1.2,
      macOptionIsMeta: true,
      minimumContrastRatio: 4.5,
      screenReaderMode: settings.screenReader,
      scrollback: SCROLLBACK,
      theme: terminalTheme(theme),
      linkHandler: { activate: openLink },
    });
    const terminal = this.#terminal;
    boundEmulator(terminal);
    this.#answers = new XtermAnswers(terminal);
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.#search);
    terminal.loadAddon(new WebLinksAddon(openLink));
    // OSC 52: a program in a pod must not access the user's clipboard.
    terminal.parser.registerOscHandler(52, () => true);
    terminal.onData((text) => options.onInput(encoder.encode(text)));
    terminal.onBinary((text) => options.onInput(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    terminal.onResize(({ cols, rows }) => {
      if (!this.#isForeign) options.onResize({ columns: cols, rows });
    });
    terminal.onSelectionChange(() => {
      if (this.#copyOnSelect && terminal.hasSelection()) void this.copy();
    });
    terminal.attachCustomKeyEventHandler((event) => this.#onKey(event, options.onSearch));
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      options.onMatches({ index: resultIndex, count: resultCount }),
    );
    terminal.open(element);
    // Before the emulator sees it, which would pass on whatever is in the clipboard.
    element.addEventListener('paste', this.#onPaste, { capture: true });
    drawWithGpu(terminal);
    this.fit();
    this.#observer = new ResizeObserver(() => this.fit());
    this.#observer.observe(element);
  }

  /**
   * Opens on an element once it has its size and its font: a terminal measures its cells once, and the first size sent to the
   * shell must be correct.
   */
  static async open(options: ScreenOptions, signal: AbortSignal): Promise<TerminalScreen | undefined> {
    await Promise.all([
      document.fonts.load(`${options.settings.fontSize}px ${FONT}`),
      document.fonts.load(`bold ${options.settings.fontSize}px ${FONT}`),
    ]).catch(() => undefined);
    await hasSize(options.element, signal);
    return signal.aborted ? undefined : new TerminalScreen(options);
  }

  get size(): Size {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  write(data: Uint8Array | string, done?: () => void): void {
    this.#terminal.write(data, done);
  }

  /** Draws output whose queries are not answered. */
  replay(data: Uint8Array, done: () => void): void {
    this.#terminal.write('', () => {
      this.#answers.isMuted = true;
    });
    this.#terminal.write(data, () => {
      this.#answers.isMuted = false;
      done();
    });
  }

  /** Prints a line of our own, and resets any modes that the shell's output had enabled. */
  note(text: string): void {
    const leave = this.#terminal.buffer.active.type === 'alternate' ? '\x1b[?1049l' : '';
    this.#terminal.write(`${leave}${SETTLE}\r\n\x1b[0;90m— ${text} —\x1b[0m\r\n`);
  }

  /** Empties the screen and its scrollback, and leaves all modes. */
  reset(): void {
    this.#terminal.reset();
  }

  /** Takes the size that another view chose. @param size undefined: that of its element again. */
  setSize(size: Size | undefined): void {
    this.#isForeign = size !== undefined;
    if (size === undefined) this.fit();
    else this.#terminal.resize(size.columns, size.rows);
  }

  /** Adapts to the size of its element, unless that is hidden, or another view chose the size. */
  fit(): void {
    if (this.#isForeign || this.#element.clientWidth === 0 || this.#element.clientHeight === 0) return;
    const size = fittedSize(this.#fit.proposeDimensions());
    if (size !== undefined) this.#terminal.resize(size.columns, size.rows);
  }

  focus(): void {
    this.#terminal.focus();
  }

  clear(): void {
    this.#terminal.clear();
  }

  change(theme: Theme, settings: TerminalSettings): void {
    const { options } = this.#terminal;
    this.#copyOnSelect = settings.copyOnSelect;
    if (theme !== this.#theme) options.theme = terminalTheme(theme);
    this.#theme = theme;
    if (options.screenReaderMode !== settings.screenReader) options.screenReaderMode = settings.screenReader;
    if (options.fontSize !== settings.fontSize) {
      options.fontSize = settings.fontSize;
      this.fit();
    }
  }

  get hasSelection(): boolean {
    return this.#terminal.hasSelection();
  }

  /** @returns false if the browser refused, as it does if the page is not in front. */
  async copy(): Promise<boolean> {
    const text = this.#terminal.getSelection();
    if (text === '' || navigator.clipboard === undefined) return false;
    return await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
  }

  /** Copies, so that the next Ctrl-C interrupts; if that was refused, the selection is kept, to try again. */
  async #copyAndDeselect(): Promise<void> {
    if (await this.copy()) this.#terminal.clearSelection();
  }

  /** Pastes what the clipboard has. */
  async paste(): Promise<void> {
    const text = await navigator.clipboard.readText().catch(() => '');
    this.#insert(text);
    this.focus();
  }

  /** Uses bracketed paste if the shell supports it, so that pasted lines do not run. */
  #insert(text: string): void {
    this.#terminal.paste(pastedText(text));
  }

  readonly #onPaste = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    this.#insert(event.clipboardData?.getData('text/plain') ?? '');
  };

  /** @returns false if the emulator must ignore the key. */
  #onKey(event: KeyboardEvent, onSearch: () => void): boolean {
    const key = terminalKey(event, { apple: isApple(), selected: this.hasSelection });
    if (key === 'shell') return true;
    // The browser itself pastes, which needs no permission.
    if (key === 'paste' || key === 'page') return false;
    event.preventDefault();
    if (event.type !== 'keydown') return false;
    if (key === 'copy') void this.#copyAndDeselect();
    else onSearch();
    return false;
  }

  find(text: string, step: 1 | -1, incremental = false): void {
    const options = { incremental, decorations: marks[this.#theme] };
    if (text === '') this.#search.clearDecorations();
    else if (step === 1) this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
  }

  endSearch(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#element.removeEventListener('paste', this.#onPaste, { capture: true });
    this.#terminal.dispose();
  }
}

const marks = {
  light: {
    matchBackground: '#fde9b8',
    activeMatchBackground: '#f7b733',
    matchOverviewRuler: '#dd8e0b',
    activeMatchColorOverviewRuler: '#8f5600',
  },
  dark: {
    matchBackground: '#5a4310',
    activeMatchBackground: '#a36f0a',
    matchOverviewRuler: '#e0a02e',
    activeMatchColorOverviewRuler: '#f0b556',
  },
};

/**
 * Opens only web pages, without a referrer or opener. Requires Ctrl or ⌘ if there are such keys, because a plain click selects
 * text, and a program's output may be misleading about the target.
 */
function openLink(event: MouseEvent, address: string): void {
  const meant = event.ctrlKey || event.metaKey || matchMedia('(pointer: coarse)').matches;
  if (meant && /^https?:\/\//i.test(address)) window.open(address, '_blank', 'noopener,noreferrer');
}

function hasSize(element: HTMLElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === 0 || element.clientHeight === 0) return;
      observer.disconnect();
      resolve();
    });
    signal.addEventListener('abort', () => {
      observer.disconnect();
      resolve();
    });
    observer.observe(element);
  });
}
