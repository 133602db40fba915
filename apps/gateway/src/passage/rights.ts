import { forbidden, type ImpersonatedIdentity } from '@postern/kube';
import { Refusal } from '../access/refusal.ts';
import type { ReviewedAction } from '../access/review-before.ts';
import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { ClusterConnector } from '../connector/cluster-connector.ts';
import { askCluster } from './ask-cluster.ts';
import { readText } from './read-text.ts';

const maxAnswerBytes = 64 * 1024;
const longestMs = 15_000;

/**
 * Asks the cluster whether an identity may do something, as that identity (SelfSubjectAccessReview). The refusal of an agent or an
 * answer that is anything but a clear yes counts as no.
 * @throws Refusal 403; the errors of `askCluster` if there is no answer in time.
 */
export async function requireAllowed(
  action: ReviewedAction,
  {
    cluster,
    head: { identity },
    headTimeoutMs,
  }: { cluster: DirectoryCluster; head: { identity: ImpersonatedIdentity }; headTimeoutMs: number },
  { connector }: { connector: ClusterConnector },
): Promise<void> {
  const body = Buffer.from(JSON.stringify(reviewOf(action)));
  const timeoutMs = Math.min(headTimeoutMs, longestMs);
  const { stream, answer } = await askCluster({
    open: () => connector.open(cluster, reviewHead(identity, body), { end: false, interactive: false }),
    send: (stream) => stream.end(body),
    // A review changes nothing.
    isRepeatable: () => true,
    headTimeoutMs: timeoutMs,
  });
  try {
    const text = await readText(stream, { limit: maxAnswerBytes, timeoutMs });
    if (answer.status === 201 && saysAllowed(text)) return;
  } finally {
    stream.destroy();
  }
  throw new Refusal(
    forbidden({ user: identity.user, ...action }, 'the cluster did not confirm this right in an access review'),
  );
}

function reviewOf({ apiGroup, ...action }: ReviewedAction): object {
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    spec: { resourceAttributes: { group: apiGroup, ...action } },
  };
}

function reviewHead(identity: ImpersonatedIdentity, body: Buffer) {
  const headers: [string, string][] = [
    ['accept', 'application/json'],
    ['content-type', 'application/json'],
    ['content-length', String(body.byteLength)],
    ['user-agent', 'postern-gateway'],
  ];
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  return { kind: 'http' as const, method: 'POST', path, headers, identity };
}

/** Only the literal `true` counts. */
function saysAllowed(text: string): boolean {
  try {
    const { status } = JSON.parse(text) as { status?: { allowed?: unknown } };
    return status?.allowed === true;
  } catch {
    return false;
  }
}
