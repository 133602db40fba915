import type { IncomingMessage } from 'node:http';
import type { SessionKind } from '@postern/contracts';
import type { StreamSubresource } from '@postern/kube';
import type { ClassifiedRequest } from '../access/classify.ts';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import { remoteAddressOf } from '../edge/remote-address.ts';
import type { Principal } from '../identity/principal.ts';
import type { SessionStart } from '../sessions/session-log.ts';

const sessionKinds: Record<StreamSubresource, SessionKind> = {
  exec: 'exec',
  attach: 'attach',
  portforward: 'port-forward',
};

/** What the record says of a stream, as the apiserver reads its query; null for a read. Only exec, attach and port-forward are sessions; a watch or a log over WebSocket is a read like any other. */
export function sessionStart(
  { principal, cluster, asked }: { principal: Principal; cluster: DirectoryCluster; asked: ClassifiedRequest },
  request: IncomingMessage,
): SessionStart | null {
  const { stream, options, info } = asked;
  if (stream === null || options === null) return null;
  return {
    organizationId: cluster.organizationId,
    clusterId: cluster.id,
    userId: principal.userId,
    kind: sessionKinds[stream],
    namespace: info.namespace,
    pod: info.name,
    container: options.container,
    // A port-forward runs nothing; what it was asked to reach stands in the same place.
    command: stream === 'portforward' ? options.ports.map(String) : [...options.command],
    clientAddress: remoteAddressOf(request),
    userAgent: request.headers['user-agent'] ?? '',
  };
}
