/**
 * An edge in a separate process, so that its memory can be measured. Started by `fork`, with `tls` and `edgeLimits` as JSON.
 * Sends its port and certificate, then its resident memory in reply to each message. An uncaught error ends it.
 */
import { randomBytes } from 'node:crypto';
import { StaticAnswer } from '../edge/static-answer.ts';
import { startEdgeHarness } from './edge-harness.ts';

const { tls, edgeLimits } = JSON.parse(process.argv[2] ?? '{}');
/** As large as the OpenAPI document. */
const document = new StaticAnswer(Buffer.from(randomBytes(64 * 1024).toString('hex')), {
  'content-type': 'application/json',
});
const harness = await startEdgeHarness({
  tls,
  edgeLimits: { sweepMs: 250, ...edgeLimits },
  handlers: {
    api: (request, response) => {
      if (request.method === 'GET') void document.answer(request, response);
      else request.resume().once('end', () => response.end('read'));
    },
  },
});
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ rss: process.memoryUsage.rss() });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ port: harness.port, cert: harness.cert });
