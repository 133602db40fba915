// What `npm run test:mutation` changes, by the name of a part, and the tests that have to notice.

/**
 * @typedef {object} Part
 * @property {string} folder its sources, all but tests and what is made for tests.
 * @property {string[]} tests patterns of the test files that run.
 * @property {RegExp[]} [leaveOut] tests by their full name that take seconds: noise, floods and large bodies, of what others check in small.
 * @property {boolean} [constants] whether what runs while a file loads is changed too. Each of these needs every test of the part.
 */

/** @type {Record<string, Part>} */
export const parts = {
  'packages/mux': {
    folder: 'packages/mux/src',
    tests: ['packages/mux/src/**/*.test.ts'],
    leaveOut: [
      /^noise /,
      /^streams that two scripts drive/,
      /when it likes \([23]\)/,
      /20 MB both ways/,
      /shares among 64 streams/,
      /however many are cancelled/,
      /hundred thousand frames/,
      /^answers that wait to be read end the session/,
      /^bytes held for readers that stall (are the first windows of|stay within|cannot be multiplied)/,
      /mutated frames/,
    ],
  },
  'packages/tunnel': {
    folder: 'packages/tunnel/src',
    tests: ['packages/tunnel/src/**/!(session).test.ts'],
    leaveOut: [/after a hundred connections/, /over real sockets/, /^head.* any bytes and any JSON/],
  },
  'packages/kube': {
    folder: 'packages/kube/src',
    tests: ['packages/kube/src/**/*.test.ts'],
    leaveOut: [/never throws$/],
    constants: true,
  },
  'gateway/kube': { folder: 'apps/gateway/src/kube', tests: ['apps/gateway/src/kube/*.test.ts'] },
  'gateway/edge': { folder: 'apps/gateway/src/edge', tests: ['apps/gateway/src/edge/*.test.ts'] },
  'gateway/identity': { folder: 'apps/gateway/src/identity', tests: ['apps/gateway/src/identity/*.test.ts'] },
  'gateway/live': { folder: 'apps/gateway/src/live', tests: ['apps/gateway/src/live/*.test.ts'] },
  'gateway/terminals': {
    folder: 'apps/gateway/src/terminals',
    tests: ['apps/gateway/src/terminals/*.test.ts', 'apps/gateway/src/live/live.test.ts'],
  },
  'agent/serve': {
    folder: 'apps/agent/src/serve',
    tests: ['apps/agent/src/serve/!(hostile-bytes).test.ts'],
    leaveOut: [/loses no byte in 50 runs/, /GOAWAY at random/, /passes 20 MB each way/],
  },
};
