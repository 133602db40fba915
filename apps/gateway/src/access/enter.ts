import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import { tooMany } from './refusal.ts';

/** A place comes free when any of the other streams ends, which nobody can foretell. */
const retryPlaceSeconds = 1;

/** Pass: may this person ask now? Counts one request. @throws Refusal 429 with Retry-After. */
export async function countRequest(limits: Limits, { userId }: Pick<Principal, 'userId'>): Promise<void> {
  const seconds = await limits.takeOrWait('requestsPerUser', userId);
  if (seconds > 0) throw tooMany(seconds, `You are sending too many requests. Try again in ${seconds} s.`);
}

/**
 * Pass: is there a place for one more? Counts one request of the organization and takes a place among what the person, the
 * organization and the cluster have open.
 * @returns gives the places back; calling it again does nothing.
 * @throws Refusal 429 with Retry-After.
 */
export function enterCluster(
  limits: Limits,
  { userId }: Pick<Principal, 'userId'>,
  cluster: Pick<DirectoryCluster, 'id' | 'organizationId' | 'organizationSlug' | 'name'>,
): () => void {
  const { organizationId, organizationSlug, name } = cluster;
  const seconds = limits.take('requestsPerOrganization', organizationId);
  if (seconds > 0) {
    throw tooMany(
      seconds,
      `The organization "${organizationSlug}" is sending too many requests. Try again in ${seconds} s.`,
    );
  }
  const taken: (() => void)[] = [];
  const leave = (): void => {
    for (const one of taken.splice(0)) one();
  };
  const enter = (limit: 'streamsPerUser' | 'streamsPerOrganization' | 'streamsPerCluster', key: string): boolean => {
    const place = limits.enter(limit, key);
    if (place !== undefined) taken.push(place);
    return place !== undefined;
  };
  const full = !enter('streamsPerUser', userId)
    ? 'You have too many requests and streams open'
    : !enter('streamsPerOrganization', organizationId)
      ? `The organization "${organizationSlug}" has too many requests and streams open`
      : !enter('streamsPerCluster', cluster.id)
        ? `Too many requests and streams to the cluster "${name}" are open`
        : undefined;
  if (full === undefined) return leave;
  leave();
  throw tooMany(
    retryPlaceSeconds,
    `${full}. End some watches, logs, terminals or port-forwards, or wait for others to end.`,
  );
}
