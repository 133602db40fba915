-- Audit trails and recordings under row-level security (ADR 12).

ALTER TABLE "audit_heads" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "audit_heads" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "audit_heads" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "audit_heads" TO postern_system USING (true);

ALTER TABLE "audit_events" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "audit_events" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "audit_events" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "audit_events" TO postern_system USING (true);

-- "audit_expire" works as the owner, in a transaction of the organization.
CREATE POLICY "owner" ON "audit_heads" TO CURRENT_USER USING ("organization_id" = "postern_organization"());
CREATE POLICY "owner" ON "audit_events" TO CURRENT_USER USING ("organization_id" = "postern_organization"());

ALTER TABLE "audit_webhooks" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "audit_webhooks" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "audit_webhooks" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "audit_webhooks" TO postern_system USING (true);

-- The trails of several organizations are written in one statement.
REVOKE INSERT ON "audit_events" FROM postern_app;
REVOKE UPDATE ("seq", "hash") ON "audit_heads" FROM postern_app;
GRANT SELECT, INSERT ON "audit_events", "audit_heads" TO postern_system;
GRANT UPDATE ("seq", "hash") ON "audit_heads" TO postern_system;
GRANT SELECT ON "audit_webhooks" TO postern_system;
GRANT UPDATE ("next_attempt_at") ON "audit_webhooks" TO postern_system;

ALTER TABLE "recordings" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "recordings" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "recordings" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "recordings" TO postern_system USING (true);
GRANT SELECT ON "recordings" TO postern_system;

ALTER TABLE "recording_chunks" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "recording_chunks" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "recording_chunks" TO postern_app USING ("organization_id" = "postern_organization"());
