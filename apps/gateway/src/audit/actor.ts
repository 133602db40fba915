import type { RefusedClaim } from '../identity/join-claims.ts';
import type { Principal } from '../identity/principal.ts';
import type { AuditEvent, AuditFacts } from './event.ts';

/** How the name of a service account begins (`Principal.username`); an e-mail address cannot. */
const servicePrefix = 'service-account:';

/** Who an authenticated request comes from, and with what. */
export function byPrincipal(
  principal: Principal,
  userAgent: string,
): Pick<AuditEvent, 'actor' | 'credential' | 'source' | 'userAgent'> {
  const { userId, username, credential } = principal;
  const isService = username.startsWith(servicePrefix);
  return {
    actor: { id: userId, name: username, kind: isService ? 'service-account' : 'person' },
    credential: { kind: credential.kind, id: credential.id },
    source: sourceOf(credential.kind, userAgent),
    userAgent,
  };
}

/** An agent, known by the cluster that it serves. */
export function byAgent(agentId: string | null): Pick<AuditEvent, 'actor' | 'source'> {
  return { actor: { id: agentId, name: 'agent', kind: 'agent' }, source: 'agent' };
}

/** Somebody showed a join token that is not valid any more. */
export function refusedEnrolment({ tokenId, clusterId, reason }: RefusedClaim): AuditFacts {
  return {
    ...byAgent(null),
    action: 'agent.enroll',
    decision: 'refused',
    reason: reason === 'used' ? 'The join token had been used before.' : 'The join token has expired or was replaced.',
    credential: { kind: 'join-token', id: tokenId },
    cluster: { id: clusterId, name: '' },
  };
}

/** @param kind of the credential; undefined before sign-in. Only browsers are known for certain; programs name themselves. */
export function sourceOf(kind: string | undefined, userAgent: string): AuditEvent['source'] {
  if (kind === 'browser') return 'browser';
  if (/^kubectl(?:[-/ ]|$)/.test(userAgent)) return 'kubectl';
  return userAgent.startsWith('postern-cli/') ? 'cli' : 'api';
}
