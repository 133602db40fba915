import { accessRoutes } from './routes/access.ts';
import { accountRoutes } from './routes/account.ts';
import { agentsRoutes } from './routes/agents.ts';
import { auditRoutes } from './routes/audit.ts';
import { authRoutes } from './routes/auth.ts';
import { clustersRoutes } from './routes/clusters.ts';
import { membersRoutes } from './routes/members.ts';
import { metaRoutes } from './routes/meta.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { organizationsRoutes } from './routes/organizations.ts';
import { recordingsRoutes } from './routes/recordings.ts';
import { serviceAccountsRoutes } from './routes/service-accounts.ts';
import { sessionsRoutes } from './routes/sessions.ts';
import { tokensRoutes } from './routes/tokens.ts';

/** The REST API by operation id. `{organization}` is the organization's slug, `{cluster}` the cluster's name. */
export const routes = {
  ...metaRoutes,
  ...authRoutes,
  ...organizationsRoutes,
  ...membersRoutes,
  ...accountRoutes,
  ...oidcRoutes,
  ...clustersRoutes,
  ...tokensRoutes,
  ...accessRoutes,
  ...serviceAccountsRoutes,
  ...sessionsRoutes,
  ...recordingsRoutes,
  ...auditRoutes,
  ...agentsRoutes,
} as const;

export type Routes = typeof routes;
export type OperationId = keyof Routes;
