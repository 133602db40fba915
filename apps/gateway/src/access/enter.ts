import type { DirectoryCluster } from '../clusters/cluster-directory.ts';
import type { Principal } from '../identity/principal.ts';
import type { Limits } from '../limits/limits.ts';
import { tooMany } from './refusal.ts';

/** It is not predictable when another stream ends, so clients are told to retry soon. */
const retryPlaceSeconds = 1;

/** Pass: is this person within their request rate? Counts one request. @throws Refusal 429 with Retry-After. */
export async function countRequest(limits: Limits, { userId }: Pick<Principal, 'userId'>): Promise<void> {
  const seconds = await limits.takeOrWait('requestsPerUser', userId);
  if (seconds > 0) throw tooMany(seconds, `You are sending too many requests. Try again in ${seconds} s.`);
}

/**
 * Pass: is another open request allowed? Counts one request against the organization's rate, and one open request of the
 * person, the organization and the cluster.
 * @returns a function that ends the count of open requests; calling it again has no effect.
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
