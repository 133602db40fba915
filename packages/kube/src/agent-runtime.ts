/**
 * How to run an agent's process: in a cluster, with `postern agent`, and with `npm start`.
 *
 * An agent's buffers are outside V8's heap, so a small young generation costs nothing. glibc would keep the memory freed in each of
 * several arenas, and up to 64 MiB at the end of each once large buffers were freed. Together this saves about 20 MB after load.
 */
export const agentRuntime = {
  /** Node's arguments, before the program. */
  nodeArgs: ['--max-semi-space-size=2'],
  /** One arena, whose end is given back above 128 KiB (mallopt(3)). */
  env: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' },
} as const;
