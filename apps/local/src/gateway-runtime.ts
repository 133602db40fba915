/**
 * How a gateway's process is run, here, in its image (infra/images/gateway.Dockerfile, which a test holds to this) and where it is
 * measured.
 *
 * Every chunk a stream brings is a buffer outside the heap. With V8's own settings the heap of an idle gateway is left so little
 * room that those buffers start a full collection several times a second, which costs as much as all forwarding: hence a heap
 * that may grow threefold before one, and a young generation so small that buffers are freed before many pile up: with 4 MiB in
 * place of 2, 200 stalled streams held 15 MiB more.
 */
export const gatewayRuntime = {
  /** Arguments of Node, before the program. */
  nodeArgs: ['--max-semi-space-size=2', '--heap-growing-percent=200'],
  /** One arena, because glibc would keep what each of several has freed. */
  env: { MALLOC_ARENA_MAX: '1' },
};
