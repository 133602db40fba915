import { z } from 'zod';

const most = (value: number, description: string) =>
  z.coerce.number().int().min(1).max(1_000_000).default(value).describe(description);

/** Configurable limits of an address, person, organization, cluster or agent, as environment variables. */
export const limitVariables = {
  POSTERN_SIGN_INS_PER_EMAIL: most(10, 'Sign-ins for one e-mail address in 5 minutes.'),
  POSTERN_SIGN_INS_PER_ADDRESS: most(100, 'Sign-ins from one network address in 5 minutes.'),
  POSTERN_SIGN_UPS_PER_ADDRESS: most(50, 'Sign-ups from one network address in an hour.'),
  POSTERN_CONNECTIONS_PER_ADDRESS: most(
    2_000,
    'Connections from one network address at once, tunnels included. Behind load balancers set `POSTERN_TRUSTED_PROXIES`, or raise it.',
  ),
  POSTERN_NEW_CONNECTIONS_PER_ADDRESS: most(
    200,
    'Connections that one network address opens in a second; four times as many in a burst. Behind load balancers as above.',
  ),
  POSTERN_REQUESTS_PER_USER: most(
    500,
    'Requests of one person in a second, REST and Kubernetes together; four times as many in a burst.',
  ),
  POSTERN_REQUESTS_PER_ORGANIZATION: most(
    2_000,
    'Requests to one organization in a second; four times as many in a burst.',
  ),
  POSTERN_STREAMS_PER_USER: most(
    512,
    'Requests, watches, logs, terminals and port-forwards of one person open at once.',
  ),
  POSTERN_STREAMS_PER_ORGANIZATION: most(4_096, 'The same, of one organization.'),
  POSTERN_STREAMS_PER_CLUSTER: most(2_048, 'The same, to one cluster.'),
  POSTERN_LIVE_CONNECTIONS_PER_USER: most(
    64,
    'Live connections (one for each open page of the dashboard) of one person at once.',
  ),
  POSTERN_LIVE_EVENTS_PER_USER: most(
    200,
    'Events that one person sends over live connections in a second; four times as many in a burst.',
  ),
  POSTERN_TUNNELS_PER_AGENT: most(16, 'Tunnels of one agent at once, all its pods together.'),
  POSTERN_TUNNELS_PER_ORGANIZATION: most(2_000, 'Tunnels of one organization at once.'),
  POSTERN_CLUSTERS_PER_ORGANIZATION: most(500, 'Clusters of one organization.'),
  POSTERN_TOKENS_PER_USER: most(200, 'Tokens and kubeconfigs of one person in one organization that have not expired.'),
  POSTERN_MEMBERS_PER_ORGANIZATION: most(5_000, 'Members of one organization.'),
  POSTERN_SERVICE_ACCOUNTS_PER_ORGANIZATION: most(1_000, 'Service accounts of one organization.'),
  POSTERN_BINDINGS_PER_ORGANIZATION: most(
    10_000,
    'Bindings and open requests for access of one organization that have not ended.',
  ),
} as const;

type LimitEnvironment = { [Name in keyof typeof limitVariables]: number };

/** The limits, as numbers or rates per second; each is one of `limitVariables`. */
export function readLimits(env: LimitEnvironment) {
  return {
    signInsPerEmail: env.POSTERN_SIGN_INS_PER_EMAIL,
    signInsPerAddress: env.POSTERN_SIGN_INS_PER_ADDRESS,
    signUpsPerAddress: env.POSTERN_SIGN_UPS_PER_ADDRESS,
    connectionsPerAddress: env.POSTERN_CONNECTIONS_PER_ADDRESS,
    newConnectionsPerAddress: env.POSTERN_NEW_CONNECTIONS_PER_ADDRESS,
    requestsPerUser: env.POSTERN_REQUESTS_PER_USER,
    requestsPerOrganization: env.POSTERN_REQUESTS_PER_ORGANIZATION,
    streamsPerUser: env.POSTERN_STREAMS_PER_USER,
    streamsPerOrganization: env.POSTERN_STREAMS_PER_ORGANIZATION,
    streamsPerCluster: env.POSTERN_STREAMS_PER_CLUSTER,
    liveConnectionsPerUser: env.POSTERN_LIVE_CONNECTIONS_PER_USER,
    liveEventsPerUser: env.POSTERN_LIVE_EVENTS_PER_USER,
    tunnelsPerAgent: env.POSTERN_TUNNELS_PER_AGENT,
    tunnelsPerOrganization: env.POSTERN_TUNNELS_PER_ORGANIZATION,
    clustersPerOrganization: env.POSTERN_CLUSTERS_PER_ORGANIZATION,
    tokensPerUser: env.POSTERN_TOKENS_PER_USER,
    membersPerOrganization: env.POSTERN_MEMBERS_PER_ORGANIZATION,
    serviceAccountsPerOrganization: env.POSTERN_SERVICE_ACCOUNTS_PER_ORGANIZATION,
    bindingsPerOrganization: env.POSTERN_BINDINGS_PER_ORGANIZATION,
  };
}

export type LimitSettings = ReturnType<typeof readLimits>;
export type LimitName = keyof LimitSettings;

/** The default settings. */
export const defaultLimits: LimitSettings = readLimits(z.object(limitVariables).parse({}));
