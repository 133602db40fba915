import { type MuxStream, StreamResetError } from '@postern/mux';
import { memorySessionPair } from '@postern/mux/test';
import type { ResponseHead } from '@postern/tunnel';
import {
  type ClusterConnector,
  ClusterOfflineError,
  type ClusterRequestHead,
  type ClusterStream,
  type OpenOptions,
} from '../connector/cluster-connector.ts';

interface HopHead {
  cluster: { organizationId: string; id: string };
  head: ClusterRequestHead;
  options: OpenOptions;
}

/** The reply of the gateway that has the tunnel: the head of the cluster's response, or that it has no tunnel. */
type HopAnswer = { answer: ResponseHead } | { offline: true };

/** Reaches clusters over the tunnels of another gateway, through a mux session between the two. */
export interface HopConnector extends ClusterConnector {
  /** Number of requests sent over the hop. */
  readonly opened: number;
  close(): Promise<void>;
}

/** @param holder the connector of the other gateway. */
export async function startHop(holder: ClusterConnector): Promise<HopConnector> {
  const { gateway: here, agent: there, close } = await memorySessionPair();
  there.on('stream', (stream) => void bridge(stream, holder));
  let opened = 0;
  return {
    get opened() {
      return opened;
    },
    open: async (cluster, head, options) => {
      opened++;
      const stream = here.open(encode({ cluster, head, options } satisfies HopHead), options);
      const accepted = stream.accepted.then((bytes) => decode<HopAnswer>(bytes));
      const response = accepted.then((said) => {
        if ('answer' in said) return said.answer;
        stream.destroy();
        throw new ClusterOfflineError('the other gateway has no tunnel to the cluster');
      });
      response.catch(() => {});
      return { stream, response };
    },
    close,
  };
}

async function bridge(far: MuxStream, holder: ClusterConnector): Promise<void> {
  const { cluster, head, options } = decode<HopHead>(far.head);
  const outgoing = await holder.open(cluster, head, options).catch(() => undefined);
  if (outgoing === undefined) {
    far.accept(encode({ offline: true } satisfies HopAnswer), { end: true });
    far.resume();
    return;
  }
  const near = outgoing.stream;
  passError(far, near);
  far.pipe(near);
  const answer = await outgoing.response.catch(() => undefined);
  // The head goes first: an error must not overtake it.
  if (answer !== undefined) far.accept(encode({ answer } satisfies HopAnswer));
  passError(near, far);
  near.pipe(far);
}

/** Passes an error of `from` on to `to`, after the bytes before it; `from` may already have failed. */
function passError(from: ClusterStream, to: ClusterStream): void {
  const pass = (error: unknown): void => {
    const { code, reason } =
      error instanceof StreamResetError ? error : new StreamResetError('internal', 'the hop failed', false);
    to.abort(code, reason);
  };
  if (from.errored === null) from.once('error', pass);
  else pass(from.errored);
}

const encode = (value: HopHead | HopAnswer): Buffer => Buffer.from(JSON.stringify(value));
const decode = <T>(bytes: Uint8Array): T => JSON.parse(Buffer.from(bytes).toString('utf8')) as T;
