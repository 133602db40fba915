import type { Tone } from '#components/ui/tone.ts';

/** How an object is doing. */
export interface Verdict {
  /** `info`: on its way, as expected. `warn`: should be looked at. `bad`: broken. `idle`: finished, or switched off. */
  tone: Tone;
  /** In kubectl's terms, with a qualification if kubectl's word alone would mislead: `Running, restarting`. */
  word: string;
  /** The evidence, in a sentence; undefined if there is nothing to explain. */
  because?: string | undefined;
}

const ranks: Record<Tone, number> = { bad: 0, warn: 1, info: 2, ok: 3, idle: 4 };

/** The position of a tone when the worst is first. */
export const severity = (tone: Tone): number => ranks[tone];

/** Whether somebody should look at it. */
export const isTrouble = ({ tone }: Verdict): boolean => tone === 'bad' || tone === 'warn';
