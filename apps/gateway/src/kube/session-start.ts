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

/** The record of a stream, with its query as the apiserver reads it; null for a watch or log over WebSocket, which is a read. */
export function sessionStart(
  { principal, cluster, asked }: { principal: Principal; cluster: DirectoryCluster; asked: ClassifiedRequest },
  request: IncomingMessage,
): SessionStart | null {
  const { stream, options, info } = asked;
  if (stream === null) return null;
  return {
    organizationId: cluster.organizationId,
    clusterId: cluster.id,
    userId: principal.userId,
    kind: sessionKinds[stream],
    namespace: info.namespace,
    pod: info.name,
    container: options.container,
    // A port-forward runs no command; its ports are recorded instead.
    command: stream === 'portforward' ? options.ports.map(String) : [...options.command],
    clientAddress: remoteAddressOf(request),
    userAgent: request.headers['user-agent'] ?? '',
  };
}
