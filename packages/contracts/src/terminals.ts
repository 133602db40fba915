import { z } from 'zod';
import { Id, type Instant, Slug, text } from './primitives.ts';
import { largestTerminal } from './terminal-size.ts';

/*
 * Terminals over the live connection. The gateway holds them; pages view them. Positions count bytes from the start: of the
 * shell's output, and of what one view typed (docs/adr/0010-terminals-held-by-the-gateway.md).
 */

const Size = {
  columns: z.number().int().min(1).max(largestTerminal.columns),
  rows: z.number().int().min(1).max(largestTerminal.rows),
};
const Position = z.number().int().nonnegative();

/** Opens a shell, and a view of it that may type. */
export const OpenTerminal = z.object({
  organization: Slug,
  cluster: Slug,
  namespace: text(63).min(1),
  pod: text(253).min(1),
  container: text(63).min(1).optional(),
  /** `auto`: bash if it exists, otherwise sh. */
  shell: z.enum(['auto', 'bash', 'sh']).default('auto'),
  /** A random id of this view, which it keeps through reconnects. */
  viewer: Id,
  ...Size,
});
export type OpenTerminal = z.input<typeof OpenTerminal>;

/** Whether a view may type, or only watches. */
export const TerminalMode = z.enum(['write', 'watch']);
export type TerminalMode = z.infer<typeof TerminalMode>;

/** Whom the owner lets view a terminal besides themselves: colleagues who could open it too. */
export const TerminalSharing = z.enum(['nobody', 'watch', 'write']);
export type TerminalSharing = z.infer<typeof TerminalSharing>;

/** Views a terminal that is held. */
export const AttachTerminal = z.object({
  organization: Slug,
  terminal: Id,
  viewer: Id,
  /** The output that this view has already; null for a view that has none. */
  position: Position.nullable(),
  /** `auto`: to type, unless another view of this person does; the answer is `elsewhere` then. `write` takes over. */
  mode: z.enum(['auto', 'write', 'watch']),
  ...Size,
});
export type AttachTerminal = z.input<typeof AttachTerminal>;

/** Keystrokes; at most 64 KiB per message. */
export const TerminalInput = z.object({
  terminal: Id,
  /** How many bytes this view typed before these. */
  from: Position,
  data: z.instanceof(Uint8Array).refine((data) => data.byteLength <= 65_536),
});
export const TerminalResize = z.object({ terminal: Id, ...Size });
/** The position up to which the browser has drawn; the gateway sends at most 128 KiB beyond. */
export const TerminalAck = z.object({ terminal: Id, position: Position });
/** Ends this view, and leaves the shell running. */
export const DetachTerminal = z.object({ terminal: Id });
/** Ends the shell. Only its owner may. */
export const CloseTerminal = z.object({ organization: Slug, terminal: Id });
export const ShareTerminal = z.object({ organization: Slug, terminal: Id, sharing: TerminalSharing });
export const WatchTerminals = z.object({ organization: Slug });

/** Why a terminal ended. `exited` carries the shell's exit code. */
export const terminalEndCodes = [
  'exited',
  'pod-gone',
  'agent-offline',
  'denied',
  'not-found',
  'no-shell',
  /** Someone ended it. */
  'closed',
  /** Nobody viewed it for too long. */
  'unattended',
  'revoked',
  /** The gateway that held it has stopped. */
  'gateway-stopped',
  'limit',
  'failed',
] as const;
export type TerminalEndCode = (typeof terminalEndCodes)[number];

export interface TerminalEnding {
  code: TerminalEndCode;
  exitCode: number | null;
  /** For people; says what to do next. */
  message: string;
}

/** One view of a terminal, as the others see it. */
export interface TerminalViewer {
  email: string;
  mode: TerminalMode;
  since: z.infer<typeof Instant>;
  /** Whether it belongs to the person who is told. */
  own: boolean;
}

/** What a page knows of a terminal without viewing it. */
export interface HeldTerminal {
  id: string;
  organization: string;
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
  shell: string;
  owner: { email: string; own: boolean };
  startedAt: z.infer<typeof Instant>;
  viewers: TerminalViewer[];
  sharing: TerminalSharing;
  /** When it ends unless somebody views it; null while somebody does. */
  endsAt: z.infer<typeof Instant> | null;
  /** Set if it ended while nobody viewed it; its last output can still be read. */
  ended: TerminalEnding | null;
}

/** A view that begins. If its output does not go on from the position that it named, `terminal:reset` comes first. */
export interface AttachedTerminal {
  terminal: HeldTerminal;
  mode: TerminalMode;
  /** How many bytes this view has typed, as far as the gateway knows. */
  received: number;
  /**
   * How many bytes the shell had written when the view began. What a program asked the terminal in them was asked of earlier
   * views: one that begins without a position must not answer it again.
   */
  written: number;
}

/** The terminal is open in another view of the same person. */
export interface TerminalElsewhere {
  elsewhere: HeldTerminal;
}

/** The output goes on from another position than that of the last byte sent. */
export interface TerminalReset {
  terminal: string;
  /** Of the next byte. */
  position: number;
  /** Whether the screen is emptied and gets this size first. If not, `data` is drawn where the cursor is. */
  clear: { columns: number; rows: number } | null;
  /** Escape sequences and text to draw. */
  data: string;
  /** How many bytes of output were left out, because the person interrupted the program. */
  skipped: number;
}

/** A part of the output. */
export interface TerminalOutput {
  terminal: string;
  /** Of the first byte of `data`. */
  position: number;
  data: Uint8Array;
}

/** The size of the terminal from here on in its output. */
export interface TerminalSize {
  terminal: string;
  columns: number;
  rows: number;
  /** Whether this very view chose it. */
  own: boolean;
}

export interface TerminalEnded extends TerminalEnding {
  terminal: string;
}

/** Who views it and how; sent to each view whenever that changes. */
export interface TerminalViewers {
  terminal: string;
  viewers: TerminalViewer[];
  /** The mode of the view that is told. */
  mode: TerminalMode;
  sharing: TerminalSharing;
}

/** A view has ended, and the terminal runs on. */
export interface TerminalDetached {
  terminal: string;
  /** For people. */
  message: string;
}
