/** The build of this code; `next.config.mjs` sets it. */
export const build: string = process.env['POSTERN_BUILD'] ?? '';
