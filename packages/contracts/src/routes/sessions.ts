import { operations } from '../operations.ts';
import { page } from '../primitives.ts';
import type { Route } from '../route.ts';
import { Session, SessionQuery } from '../sessions.ts';
import { inOrganization } from './params.ts';

export const sessionsRoutes = {
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
} as const satisfies Record<string, Route>;
