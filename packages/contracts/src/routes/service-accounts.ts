import { z } from 'zod';
import { operations } from '../operations.ts';
import { Id, Slug } from '../primitives.ts';
import type { Route } from '../route.ts';
import { CreateServiceAccountRequest, ServiceAccount } from '../service-accounts.ts';
import { ApiToken, CreatedToken, CreateTokenRequest } from '../tokens.ts';
import { inOrganization } from './params.ts';

const ofServiceAccount = inOrganization.extend({ serviceAccount: Slug });

export const serviceAccountsRoutes = {
  listServiceAccounts: {
    ...operations.listServiceAccounts,
    tag: 'Service accounts',
    summary: 'All service accounts of the organization',
    access: 'service-account:read',
    params: inOrganization,
    response: z.object({ items: z.array(ServiceAccount) }),
    status: 200,
    errors: [],
  },
  createServiceAccount: {
    ...operations.createServiceAccount,
    tag: 'Service accounts',
    summary: 'Create a service account; it reaches no cluster until it is given access',
    access: 'service-account:manage',
    params: inOrganization,
    body: CreateServiceAccountRequest,
    response: ServiceAccount,
    status: 201,
    errors: ['conflict', 'limit-reached'],
  },
  deleteServiceAccount: {
    ...operations.deleteServiceAccount,
    tag: 'Service accounts',
    summary: 'Delete a service account with its tokens and access; what it has open ends within 5 s',
    access: 'service-account:manage',
    params: ofServiceAccount,
    status: 204,
    errors: [],
  },
  listServiceAccountTokens: {
    ...operations.listServiceAccountTokens,
    tag: 'Service accounts',
    summary: 'Tokens of a service account',
    access: 'service-account:read',
    params: ofServiceAccount,
    response: z.object({ items: z.array(ApiToken) }),
    status: 200,
    errors: [],
  },
  createServiceAccountToken: {
    ...operations.createServiceAccountToken,
    tag: 'Service accounts',
    summary: 'Create a token of a service account; the secret is shown once',
    access: 'service-account:manage',
    params: ofServiceAccount,
    body: CreateTokenRequest,
    response: CreatedToken,
    status: 201,
    errors: ['limit-reached'],
  },
  revokeServiceAccountToken: {
    ...operations.revokeServiceAccountToken,
    tag: 'Service accounts',
    summary: 'Revoke a token of a service account',
    access: 'service-account:manage',
    params: ofServiceAccount.extend({ token: Id }),
    status: 204,
    errors: [],
  },
} as const satisfies Record<string, Route>;
