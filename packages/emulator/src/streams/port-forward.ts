import type { Duplex } from 'node:stream';
import type { Pod } from '../model/kinds.ts';
import type { PodHttp } from './pod-http.ts';
import { SpdyConnection, type SpdyStream } from './spdy/connection.ts';

/** The protocol over SPDY/3.1, and the WebSocket subprotocol that tunnels SPDY (KEP-4006). */
export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io';
export const TUNNELLED_PORT_FORWARD = 'SPDY/3.1+portforward.k8s.io';

/** Serves forwarded connections, each a pair of streams, `error` and `data`, with the same request id. */
export function forwardPorts(transport: Duplex, pod: Pod, http: PodHttp): SpdyConnection {
  const waiting = new Map<string, SpdyStream>();
  return new SpdyConnection(transport, (stream) => {
    const id = stream.headers.get('requestid') ?? '';
    const other = waiting.get(id);
    if (other === undefined) {
      waiting.set(id, stream);
      stream.once('close', () => waiting.delete(id));
      return;
    }
    waiting.delete(id);
    const isData = stream.headers.get('streamtype') === 'data';
    const [data, error] = isData ? [stream, other] : [other, stream];
    const port = Number(data.headers.get('port'));
    error.resume();
    if (http.connect(pod, port, data)) {
      data.once('close', () => error.end());
      return;
    }
    const { name, uid } = pod.metadata;
    error.end(
      `error forwarding port ${port} to pod ${name}, uid ${uid}: dial tcp4 127.0.0.1:${port}: connect: connection refused`,
    );
    data.resume();
    data.end();
  });
}
