/** State, the only thing colour stands for. `idle`: nothing to say, finished, or not known. */
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle';
