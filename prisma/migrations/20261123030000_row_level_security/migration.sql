-- Each organization sees its own rows only (ADR 12). postern_app serves one organization per transaction. postern_system works
-- before the organization is known, and for the gateway itself. Both must exist before (infra/postgres/roles.sh makes them).

-- The organization of the transaction, null outside of one. After a transaction that set it, the setting is empty, not absent.
CREATE FUNCTION "postern_organization"() RETURNS UUID STABLE PARALLEL SAFE
RETURN nullif(current_setting('postern.organization', true), '')::uuid;

-- postern_app: nothing that only identity or the gateway itself needs.
REVOKE ALL ON "users", "browser_sessions", "gateways", "connections" FROM postern_app;
REVOKE ALL ON SEQUENCE "agent_epoch" FROM postern_app;
REVOKE INSERT ON "organizations" FROM postern_app;
GRANT SELECT ("id", "kind", "email", "incarnation", "disabled_at", "created_at") ON "users" TO postern_app;
GRANT INSERT ("id", "kind", "incarnation", "created_at") ON "users" TO postern_app;
-- Everything but the hash of the secret.
REVOKE SELECT ON "api_tokens", "join_tokens" FROM postern_app;
GRANT SELECT ("id", "organization_id", "user_id", "user_incarnation", "cluster_id", "parent_id", "kind", "name", "scopes", "created_by_id", "hint", "created_at", "expires_at", "last_used_at", "revoked_at") ON "api_tokens" TO postern_app;
GRANT SELECT ("id", "organization_id", "cluster_id", "created_at", "expires_at", "used_at", "revoked_at") ON "join_tokens" TO postern_app;

-- postern_system: who somebody is, and what gateways hold.
GRANT USAGE ON SCHEMA "public" TO postern_system;
GRANT USAGE ON SEQUENCE "agent_epoch" TO postern_system;
GRANT SELECT, INSERT, UPDATE ON "users" TO postern_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON "browser_sessions", "gateways", "connections" TO postern_system;
GRANT SELECT, INSERT ON "organizations", "memberships" TO postern_system;
GRANT SELECT ON "api_tokens", "join_tokens", "clusters", "agents", "sessions", "service_accounts" TO postern_system;
GRANT UPDATE ("revoked_at") ON "api_tokens" TO postern_system;
GRANT UPDATE ("connected_at", "offline_since", "last_seen_at", "agent_dialled_at") ON "clusters" TO postern_system;
GRANT UPDATE ("version", "instance") ON "agents" TO postern_system;
GRANT UPDATE ("ended_at", "end_reason", "gateway_id") ON "sessions" TO postern_system;

-- People belong to no organization. postern_app sees them within a transaction of some organization, and makes service accounts.
ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;
CREATE POLICY "organization_reads" ON "users" FOR SELECT TO postern_app USING ("postern_organization"() IS NOT NULL);
CREATE POLICY "organization_makes" ON "users" FOR INSERT TO postern_app WITH CHECK ("postern_organization"() IS NOT NULL AND "kind" = 'service-account');
CREATE POLICY "system" ON "users" TO postern_system USING (true);

ALTER TABLE "organizations" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "organizations" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "organizations" TO postern_app USING ("id" = "postern_organization"());
CREATE POLICY "system" ON "organizations" TO postern_system USING (true);

ALTER TABLE "memberships" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "memberships" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "memberships" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "memberships" TO postern_system USING (true);

ALTER TABLE "api_tokens" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "api_tokens" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "api_tokens" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "api_tokens" TO postern_system USING (true);

ALTER TABLE "clusters" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "clusters" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "clusters" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "clusters" TO postern_system USING (true);

ALTER TABLE "join_tokens" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "join_tokens" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "join_tokens" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "join_tokens" TO postern_system USING (true);

ALTER TABLE "agents" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "agents" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "agents" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "agents" TO postern_system USING (true);

ALTER TABLE "sessions" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "sessions" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "sessions" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "sessions" TO postern_system USING (true);

ALTER TABLE "session_viewers" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "session_viewers" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "session_viewers" TO postern_app USING ("organization_id" = "postern_organization"());

ALTER TABLE "service_accounts" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "service_accounts" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "service_accounts" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "service_accounts" TO postern_system USING (true);

ALTER TABLE "bindings" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "bindings" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "bindings" TO postern_app USING ("organization_id" = "postern_organization"());

ALTER TABLE "access_requests" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "access_requests" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "access_requests" TO postern_app USING ("organization_id" = "postern_organization"());

ALTER TABLE "connections" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "connections" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "connections" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "connections" TO postern_system USING (true);
