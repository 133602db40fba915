import type { SessionKind } from '@postern/contracts';
import type { StreamSubresource } from '@postern/kube';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { Principal } from '../identity/principal.ts';
import type { SessionLog } from '../sessions/session-log.ts';
import type { Asked } from './classify.ts';

const kinds: Record<StreamSubresource, SessionKind> = {
  exec: 'exec',
  attach: 'attach',
  portforward: 'port-forward',
};

/** Who reaches what, from where. */
export interface Occasion {
  principal: Principal;
  cluster: DirectoryCluster;
  clientAddress: string;
  userAgent: string;
}

/** Pass: writes down that a stream begins; the log bounds what a client sends. @returns the id of the recorded session. */
export function record(
  occasion: Occasion,
  stream: { asked: Asked & { stream: StreamSubresource }; query: string },
  log: Pick<SessionLog, 'start'>,
): Promise<string> {
  const { principal, cluster, clientAddress, userAgent } = occasion;
  const parameters = new URLSearchParams(stream.query);
  return log.start({
    organizationId: cluster.organizationId,
    clusterId: cluster.id,
    userId: principal.userId,
    kind: kinds[stream.asked.stream],
    namespace: stream.asked.info.namespace,
    pod: stream.asked.info.name,
    container: parameters.get('container'),
    command: parameters.getAll('command'),
    clientAddress,
    userAgent,
  });
}
