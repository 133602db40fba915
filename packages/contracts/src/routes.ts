import { z } from 'zod';
import { Enrolled, EnrollRequest } from './agents.ts';
import { Me, SignedIn, SignInRequest, SignUpRequest } from './auth.ts';
import {
  Cluster,
  ClusterChanges,
  ClusterChangesQuery,
  ClusterCredential,
  CreateClusterRequest,
  CreatedCluster,
  Joining,
  Kubeconfig,
  KubeconfigRequest,
  UpdateClusterRequest,
} from './clusters.ts';
import type { ErrorCode } from './errors.ts';
import { Meta } from './meta.ts';
import { operations } from './operations.ts';
import type { Permission } from './permissions.ts';
import { Id, page, Slug } from './primitives.ts';
import { Session, SessionQuery } from './sessions.ts';
import { ApiToken, CreatedToken, CreateTokenRequest } from './tokens.ts';

/**
 * Who may call a route. `public`: anyone; `user`: any signed-in person; `join-token`: an agent that enrols; a permission: a
 * member of the organization in the path whose role has it. There is no default: a route without access does not compile.
 */
export type RouteAccess = 'public' | 'user' | 'join-token' | Permission;

/** One route of the REST API, from which the OpenAPI document, the gateway's checks and the client are derived. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Relative to `/api/v1`; parameters in braces, as in OpenAPI. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly access: RouteAccess;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** If undefined, the response is 204 without a body. */
  readonly response?: z.ZodType;
  readonly status: 200 | 201 | 204;
  /** Errors in addition to those common to all routes with the same access. */
  readonly errors: readonly ErrorCode[];
}

const inOrganization = z.object({ organization: Slug });
const onCluster = z.object({ organization: Slug, cluster: Slug });

/** The REST API by operation id. `{organization}` is the organization's slug, `{cluster}` the cluster's name. */
export const routes = {
  getMeta: {
    ...operations.getMeta,
    tag: 'Meta',
    summary: 'What a client must know before it signs in',
    access: 'public',
    response: Meta,
    status: 200,
    errors: [],
  },
  signUp: {
    ...operations.signUp,
    tag: 'Auth',
    summary: 'Create a user and an organization, and sign in',
    access: 'public',
    body: SignUpRequest,
    response: SignedIn,
    status: 201,
    errors: ['forbidden', 'conflict', 'rate-limited'],
  },
  signIn: {
    ...operations.signIn,
    tag: 'Auth',
    summary: 'Sign in',
    access: 'public',
    body: SignInRequest,
    response: SignedIn,
    status: 200,
    errors: ['invalid-credentials', 'rate-limited'],
  },
  refresh: {
    ...operations.refresh,
    tag: 'Auth',
    summary: 'Exchange the refresh cookie for new cookies',
    access: 'public',
    response: Me,
    status: 200,
    errors: ['unauthenticated'],
  },
  signOut: {
    ...operations.signOut,
    tag: 'Auth',
    summary: 'End this browser session, or revoke the API token that calls',
    access: 'user',
    status: 204,
    errors: [],
  },
  getMe: {
    ...operations.getMe,
    tag: 'Auth',
    summary: 'Who is signed in',
    access: 'user',
    response: Me,
    status: 200,
    errors: [],
  },
  ping: {
    ...operations.ping,
    tag: 'Meta',
    summary: 'A sign of life, for clients that watch their connection; answers nothing',
    access: 'user',
    status: 204,
    errors: [],
  },
  listClusters: {
    ...operations.listClusters,
    tag: 'Clusters',
    summary: 'All clusters of the organization',
    access: 'cluster:read',
    params: inOrganization,
    response: z.object({ items: z.array(Cluster) }),
    status: 200,
    errors: [],
  },
  watchClusters: {
    ...operations.watchClusters,
    tag: 'Clusters',
    summary: 'All clusters, once they differ from the version that the client has, or after 25 s',
    access: 'cluster:read',
    params: inOrganization,
    query: ClusterChangesQuery,
    response: ClusterChanges,
    status: 200,
    errors: [],
  },
  createCluster: {
    ...operations.createCluster,
    tag: 'Clusters',
    summary: 'Create a cluster with a join token',
    access: 'cluster:create',
    params: inOrganization,
    body: CreateClusterRequest,
    response: CreatedCluster,
    status: 201,
    errors: ['conflict'],
  },
  getCluster: {
    ...operations.getCluster,
    tag: 'Clusters',
    summary: 'One cluster',
    access: 'cluster:read',
    params: onCluster,
    response: Cluster,
    status: 200,
    errors: [],
  },
  updateCluster: {
    ...operations.updateCluster,
    tag: 'Clusters',
    summary: 'Change labels',
    access: 'cluster:update',
    params: onCluster,
    body: UpdateClusterRequest,
    response: Cluster,
    status: 200,
    errors: [],
  },
  deleteCluster: {
    ...operations.deleteCluster,
    tag: 'Clusters',
    summary: 'Delete a cluster; its agent is cut off at once',
    access: 'cluster:delete',
    params: onCluster,
    status: 204,
    errors: [],
  },
  createJoinToken: {
    ...operations.createJoinToken,
    tag: 'Clusters',
    summary: 'A new join token; earlier unused ones stop working',
    access: 'cluster:update',
    params: onCluster,
    response: Joining,
    status: 201,
    errors: [],
  },
  createKubeconfig: {
    ...operations.createKubeconfig,
    tag: 'Clusters',
    summary: 'A kubeconfig that points at the gateway',
    access: 'cluster:use',
    params: onCluster,
    body: KubeconfigRequest,
    response: Kubeconfig,
    status: 201,
    errors: [],
  },
  createClusterCredential: {
    ...operations.createClusterCredential,
    tag: 'Clusters',
    summary: 'A credential of 15 minutes for the exec plugin',
    access: 'cluster:use',
    params: onCluster,
    response: ClusterCredential,
    status: 201,
    errors: [],
  },
  listTokens: {
    ...operations.listTokens,
    tag: 'Tokens',
    summary: 'Your API tokens in this organization',
    access: 'token:read',
    params: inOrganization,
    response: z.object({ items: z.array(ApiToken) }),
    status: 200,
    errors: [],
  },
  createToken: {
    ...operations.createToken,
    tag: 'Tokens',
    summary: 'Create an API token; the secret is shown once',
    access: 'token:manage',
    params: inOrganization,
    body: CreateTokenRequest,
    response: CreatedToken,
    status: 201,
    errors: [],
  },
  revokeToken: {
    ...operations.revokeToken,
    tag: 'Tokens',
    summary: 'Revoke one of your tokens',
    access: 'token:manage',
    params: inOrganization.extend({ token: Id }),
    status: 204,
    errors: [],
  },
  listSessions: {
    ...operations.listSessions,
    tag: 'Sessions',
    summary: 'Execs, attaches, port-forwards and terminals, newest first',
    access: 'session:read',
    params: inOrganization,
    query: SessionQuery,
    response: page(Session),
    status: 200,
    errors: [],
  },
  enrollAgent: {
    ...operations.enrollAgent,
    tag: 'Agents',
    summary: 'Exchange a join token for an agent identity',
    access: 'join-token',
    body: EnrollRequest,
    response: Enrolled,
    status: 201,
    errors: ['join-token-used', 'gone'],
  },
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type OperationId = keyof Routes;
