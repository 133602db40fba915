import {
  checkIdentity,
  claimsIdentity,
  type HeaderPairs,
  impersonationHeaders,
  parseTarget,
  passRequestHeaders,
  passUpgradeRequestHeaders,
  requestInfo,
  type UpgradeProtocol,
  upgradeProtocol,
  upgradesOf,
} from '@postern/kube';
import type { RequestHead } from '@postern/tunnel';
import { type Policy, policyRefusal } from './operator-policy.ts';

type ClusterHead = RequestHead & { kind: 'http' | 'upgrade' };

export type Decision =
  | { refused: string }
  | { refused?: never; kind: 'http'; method: string; path: string; headers: HeaderPairs }
  | {
      refused?: never;
      kind: 'upgrade';
      method: string;
      path: string;
      headers: HeaderPairs;
      protocol: UpgradeProtocol;
    };

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']);
/** Header names refused in requests from the tunnel: only the agent adds credentials for the apiserver. */
const credentials: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/**
 * Decides whether a request from the tunnel may go to the apiserver, and in which form. The gateway has already checked all of
 * this; the agent checks it again, because the cluster belongs to its owner and not to the gateway. A pure function.
 */
export function decide(head: RequestHead, policy: Policy): Decision {
  if (head.kind !== 'http' && head.kind !== 'upgrade') return { refused: `this agent serves no ${head.kind} streams` };
  const problem = checkIdentity(head.identity, policy.identities);
  if (problem !== undefined) return { refused: `the request's identity is not accepted: ${problem}` };
  if (!methods.has(head.method)) return { refused: 'the method is not allowed' };
  if (claimsIdentity(head.headers)) return { refused: 'identity headers are not taken from the tunnel' };
  if (head.headers.some(([name]) => credentials.has(name))) {
    return { refused: 'credentials are not taken from the tunnel' };
  }
  const parsed = parseTarget(head.path);
  if (parsed.refused !== undefined) return { refused: parsed.refused };
  const { path, query } = parsed.target;
  const info = requestInfo(head.method, path, query);
  if (info === null) return { refused: 'it is not clear what the path asks for' };
  const refused = policyRefusal({ method: head.method, path, info }, policy);
  if (refused !== undefined) return { refused };
  return head.kind === 'upgrade' ? decideUpgrade(head, upgradesOf(head.method, info)) : decideHttp(head);
}

function decideHttp(head: ClusterHead): Decision {
  const { method, path } = head;
  const lengths = head.headers.filter(([name]) => name === 'content-length');
  if (lengths.length > 1 || lengths.some(([, value]) => !/^\d{1,15}$/.test(value))) {
    return { refused: 'the Content-Length is not one number' };
  }
  const headers = [...passRequestHeaders(head.headers), ...impersonationHeaders(head.identity)];
  return { kind: 'http', method, path, headers };
}

function decideUpgrade(head: ClusterHead, possible: readonly UpgradeProtocol[]): Decision {
  if (possible.length === 0) {
    return { refused: 'only exec, attach, port-forward, watches and logs of pods may be upgraded' };
  }
  const wanted = head.headers.filter(([name]) => name === 'upgrade');
  const protocol = wanted.length === 1 ? upgradeProtocol(wanted[0]?.[1]) : null;
  if (protocol === null || !possible.includes(protocol)) {
    return { refused: `this request may be upgraded to ${possible.join(' and ')} only` };
  }
  const { method, path } = head;
  const headers = [...passUpgradeRequestHeaders(head.headers), ...impersonationHeaders(head.identity)];
  return { kind: 'upgrade', method, path, headers, protocol };
}
