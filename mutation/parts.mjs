// The parts of the code that `npm run test:mutation` mutates, by name, and the tests that must detect the mutants.

/**
 * @typedef {object} Part
 * @property {string} folder its sources; tests and test helpers in it are left out.
 * @property {string[]} tests patterns of the test files that run.
 * @property {number} testTimeout after how many ms a test counts as failed; several times what its slowest test takes.
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
    testTimeout: 3000,
    leaveOut: [
      /^noise /,
      /^streams driven by random scripts/,
      /random delivery \([23]\)/,
      /20 MB both ways/,
      /shares bandwidth among 64 streams/,
      /however many are cancelled/,
      /^answers that wait to be read end the session/,
      /^bytes held for readers that stall (are the initial windows of|are at most 24 MiB|cannot be multiplied)/,
      /mutated frames/,
    ],
  },
  'packages/tunnel': {
    folder: 'packages/tunnel/src',
    tests: ['packages/tunnel/src/**/!(session).test.ts'],
    testTimeout: 8000,
    leaveOut: [/after a hundred connections/, /over real sockets/, /^request heads .* any bytes and any JSON/],
  },
  'packages/kube': {
    folder: 'packages/kube/src',
    tests: ['packages/kube/src/**/*.test.ts'],
    testTimeout: 4000,
    leaveOut: [/never throws$/],
    constants: true,
  },
  'gateway/kube': {
    folder: 'apps/gateway/src/kube',
    tests: ['apps/gateway/src/kube/*.test.ts'],
    testTimeout: 4000,
    leaveOut: [/byte-exact for 20 MB/, /repeated a hundred times/],
  },
  'gateway/edge': {
    folder: 'apps/gateway/src/edge',
    tests: ['apps/gateway/src/edge/!(attacks).test.ts'],
    testTimeout: 8000,
    leaveOut: [
      /HTTP\/2 connection from which the client reads nothing/,
      /stall in their headers/,
      /do not keep others from the dashboard/,
      /to \/(login|api).* resets its stream over HTTP\/2/,
      /resets its stream over HTTP\/2, and no other \(after 3 bytes\)/,
      /^over TLS, a request in another version of HTTP is refused and/,
    ],
  },
  'gateway/identity': {
    folder: 'apps/gateway/src/identity',
    tests: ['apps/gateway/src/identity/*.test.ts'],
    testTimeout: 4000,
    leaveOut: [/never mixed up with another under load/],
  },
  'gateway/live': {
    folder: 'apps/gateway/src/live',
    tests: ['apps/gateway/src/live/!(fairness).test.ts'],
    testTimeout: 6000,
  },
  'gateway/terminals': {
    folder: 'apps/gateway/src/terminals',
    tests: ['apps/gateway/src/terminals/*.test.ts', 'apps/gateway/src/live/live.test.ts'],
    testTimeout: 4000,
  },
  'agent/serve': {
    folder: 'apps/agent/src/serve',
    tests: ['apps/agent/src/serve/!(hostile-bytes).test.ts'],
    testTimeout: 8000,
    leaveOut: [/loses no byte in 50 runs/, /GOAWAY at random/, /passes 20 MB each way/],
  },
};
