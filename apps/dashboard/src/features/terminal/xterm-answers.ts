import type { Terminal } from '@xterm/xterm';

/** A part of the inside of xterm.js 6.0.0, which `package.json` pins. */
interface Core {
  readonly coreService: {
    /** Called with what the terminal sends to the program: keys, or the answer to a query in the output. */
    triggerDataEvent(data: string, wasUserInput?: boolean): void;
  };
}

/** What a terminal of xterm.js answers by itself when a program asks for its cursor, its colours or its kind. */
export class XtermAnswers {
  /** Whether answers are dropped. Keys are not. */
  isMuted = false;

  constructor(terminal: Terminal) {
    const { coreService } = (terminal as unknown as { _core: Core })._core;
    const trigger = coreService.triggerDataEvent.bind(coreService);
    coreService.triggerDataEvent = (data, wasUserInput = false) => {
      if (wasUserInput || !this.isMuted) trigger(data, wasUserInput);
    };
  }
}
