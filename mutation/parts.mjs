// The parts of the code that `npm run test:mutation` mutates, by name, and the tests that must detect the mutants.

/**
 * @typedef {object} Part
 * @property {string} folder its sources; tests and test helpers in it are left out.
 * @property {string[]} tests patterns of the test files that run.
 * @property {RegExp[]} [leaveOut] full names of tests to skip: they take seconds (noise, floods, large bodies), and others check the
 *   same on a smaller scale.
 * @property {boolean} [constants] whether code that runs while a file loads is mutated too. Each such mutant needs every test of the
 *   part.
 */

/** @type {Record<string, Part>} */
export const parts = {
  'packages/mux': {
    folder: 'packages/mux/src',
    tests: ['packages/mux/src/**/*.test.ts'],
    leaveOut: [
      /^noise /,
      /^streams driven by random scripts/,
      /random delivery \([23]\)/,
      /20 MB both ways/,
      /shares bandwidth among 64 streams/,
      /however many are cancelled/,
      /hundred thousand frames/,
      /^answers that wait to be read end the session/,
      /^bytes held for readers that stall (are the initial windows of|are at most 24 MiB|cannot be multiplied)/,
      /mutated frames/,
    ],
  },
  'packages/tunnel': {
    folder: 'packages/tunnel/src',
    tests: ['packages/tunnel/src/**/!(session).test.ts'],
    leaveOut: [/after a hundred connections/, /over real sockets/, /^request heads .* any bytes and any JSON/],
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
