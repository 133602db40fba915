/** What a role may do with a table, as PostgreSQL names it, in the order of `GRANT`; with columns where it may not with all. */
interface TableRights {
  /** `postern_app`: rows of one organization. */
  app?: readonly string[];
  /** `postern_system`: rows of all organizations. */
  system?: readonly string[];
}

/** The rights on every table. A new table, or a right more than these, needs a line here (ADR 12). */
export const tableRights: Readonly<Record<string, TableRights>> = {
  access_requests: {
    app: ['SELECT', 'INSERT', 'UPDATE (binding_id, decided_at, decided_by_id, note, status)'],
  },
  account_links: { system: ['SELECT', 'INSERT', 'UPDATE (used_at)'] },
  agents: { app: ['SELECT', 'INSERT', 'UPDATE'], system: ['SELECT', 'UPDATE (instance, version)'] },
  api_tokens: {
    app: [
      'SELECT (cluster_id, created_at, created_by_id, expires_at, hint, id, kind, last_used_at, name, organization_id, parent_id, proved_at, revoked_at, scopes, second_factor_at, user_id, user_incarnation)',
      'INSERT',
      'UPDATE',
    ],
    system: ['SELECT', 'UPDATE (proved_at, revoked_at, second_factor_at)'],
  },
  audit_events: { app: ['SELECT'], system: ['SELECT', 'INSERT'] },
  audit_heads: {
    app: ['SELECT', 'INSERT', 'UPDATE (retention_days)'],
    system: ['SELECT', 'INSERT', 'UPDATE (hash, seq)'],
  },
  audit_webhooks: { app: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], system: ['SELECT', 'UPDATE (next_attempt_at)'] },
  bindings: { app: ['SELECT', 'INSERT', 'UPDATE (revoked_at, revoked_by_id)'] },
  browser_sessions: { system: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  clusters: {
    app: ['SELECT', 'INSERT', 'UPDATE'],
    system: ['SELECT', 'UPDATE (agent_dialled_at, connected_at, last_seen_at, offline_since)'],
  },
  connections: { system: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  gateways: { system: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  invitations: {
    app: [
      'SELECT (accepted_at, created_at, email, expires_at, id, invited_by_id, organization_id, revoked_at, role, teams)',
      'INSERT',
      'UPDATE (accepted_at, revoked_at)',
    ],
    system: ['SELECT', 'UPDATE (accepted_at)'],
  },
  join_tokens: {
    app: ['SELECT (cluster_id, created_at, expires_at, id, organization_id, revoked_at, used_at)', 'INSERT', 'UPDATE'],
    system: ['SELECT'],
  },
  memberships: { app: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], system: ['SELECT', 'INSERT'] },
  organizations: { app: ['SELECT', 'UPDATE'], system: ['SELECT', 'INSERT'] },
  oidc_links: { app: ['SELECT', 'INSERT'], system: ['SELECT', 'INSERT'] },
  oidc_providers: { app: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  oidc_transactions: { app: ['SELECT', 'INSERT'], system: ['SELECT', 'DELETE'] },
  passkeys: { system: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  recording_chunks: { app: ['SELECT', 'INSERT', 'DELETE'] },
  recordings: {
    app: [
      'SELECT',
      'INSERT',
      'UPDATE (chunks, duration_ms, ended_at, missing_bytes, size_bytes, stored_bytes)',
      'DELETE',
    ],
    system: ['SELECT'],
  },
  recovery_codes: { system: ['SELECT', 'INSERT', 'UPDATE (used_at)', 'DELETE'] },
  service_accounts: { app: ['SELECT', 'INSERT', 'UPDATE'], system: ['SELECT'] },
  session_viewers: { app: ['SELECT', 'INSERT', 'UPDATE (left_at)'] },
  sessions: {
    app: ['SELECT', 'INSERT', 'UPDATE (bytes_down, bytes_up, end_reason, ended_at, ending_reason, gateway_id)'],
    system: ['SELECT', 'UPDATE (end_reason, ended_at, gateway_id)'],
  },
  sign_in_challenges: { system: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  team_members: { app: ['SELECT', 'INSERT', 'DELETE'], system: ['SELECT', 'INSERT'] },
  teams: { app: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'], system: ['SELECT'] },
  totp_factors: { system: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] },
  users: {
    app: [
      'SELECT (created_at, disabled_at, email, email_verified_at, id, incarnation, kind, name)',
      'INSERT (created_at, id, incarnation, kind)',
    ],
    system: ['SELECT', 'INSERT', 'UPDATE'],
  },
};
