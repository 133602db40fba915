import { z } from 'zod';
import { operations } from '../operations.ts';
import { Id } from '../primitives.ts';
import type { Route } from '../route.ts';
import { ApiToken, CreatedToken, CreateTokenRequest } from '../tokens.ts';
import { inOrganization } from './params.ts';

export const tokensRoutes = {
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
} as const satisfies Record<string, Route>;
