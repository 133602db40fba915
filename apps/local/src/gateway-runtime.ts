/**
 * How to run a gateway's process: here, in its image (infra/images/gateway.Dockerfile, which a test compares with this) and in
 * benchmarks.
 *
 * Every chunk of a stream is a buffer outside the heap. With V8's own settings the heap of an idle gateway has so little room
 * that those buffers trigger a full collection several times a second, which costs as much as all forwarding. So the heap may
 * grow threefold before one, and the young generation is so small that buffers are freed before many accumulate: with 4 MiB
 * instead of 2, 200 stalled streams held 15 MiB more.
 */
export const gatewayRuntime = {
  /** Node's arguments, before the program. */
  nodeArgs: ['--max-semi-space-size=2', '--heap-growing-percent=200'],
  /**
   * A single arena, because glibc would keep the memory freed in each of several; and what is freed at its top goes back at
   * once, where glibc would otherwise keep twice its largest freed block.
   */
  env: { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' },
};
