import { z } from 'zod';
import { operations } from '../operations.ts';
import { CreateOrganizationRequest, Organization, UpdateOrganizationRequest } from '../organizations.ts';
import { Slug } from '../primitives.ts';
import type { Route } from '../route.ts';
import { inOrganization } from './params.ts';

export const organizationsRoutes = {
  createOrganization: {
    ...operations.createOrganization,
    tag: 'Organizations',
    summary: 'Create another organization, as its owner',
    access: 'user',
    body: CreateOrganizationRequest,
    response: Organization,
    status: 201,
    errors: ['limit-reached', 'rate-limited'],
  },
  getOrganization: {
    ...operations.getOrganization,
    tag: 'Organizations',
    summary: 'One organization with its settings',
    access: 'organization:read',
    params: inOrganization,
    response: Organization,
    status: 200,
    errors: [],
  },
  updateOrganization: {
    ...operations.updateOrganization,
    tag: 'Organizations',
    summary: 'Change the name or the settings',
    access: 'organization:update',
    params: inOrganization,
    body: UpdateOrganizationRequest,
    response: Organization,
    status: 200,
    errors: [],
  },
  deleteOrganization: {
    ...operations.deleteOrganization,
    tag: 'Organizations',
    summary: 'Delete the organization with everything in it; its agents are cut off at once',
    access: 'organization:delete',
    params: inOrganization,
    query: z.object({
      /** The slug once more, so that nobody deletes the wrong one. */
      confirm: Slug,
    }),
    status: 204,
    errors: ['conflict'],
  },
} as const satisfies Record<string, Route>;
