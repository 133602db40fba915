import { Enrolled, EnrollRequest } from '../agents.ts';
import { operations } from '../operations.ts';
import type { Route } from '../route.ts';

export const agentsRoutes = {
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
