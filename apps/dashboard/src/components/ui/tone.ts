/** A state, which is the only meaning of colours. `idle`: nothing to report, finished, or unknown. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle';
