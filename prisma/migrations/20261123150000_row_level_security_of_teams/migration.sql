-- Tables and columns that were added beside row-level security (ADR 12).

-- What belongs to people is for identity alone.
REVOKE ALL ON "account_links", "recovery_codes", "totp_factors", "passkeys", "sign_in_challenges" FROM postern_app;
GRANT SELECT, INSERT ON "account_links" TO postern_system;
GRANT UPDATE ("used_at") ON "account_links" TO postern_system;
GRANT SELECT, INSERT, DELETE ON "recovery_codes" TO postern_system;
GRANT UPDATE ("used_at") ON "recovery_codes" TO postern_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON "totp_factors", "passkeys", "sign_in_challenges" TO postern_system;
GRANT SELECT ("name", "email_verified_at") ON "users" TO postern_app;
GRANT SELECT ("proved_at", "second_factor_at") ON "api_tokens" TO postern_app;
GRANT UPDATE ("proved_at", "second_factor_at") ON "api_tokens" TO postern_system;

ALTER TABLE "teams" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "teams" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "teams" TO postern_app USING ("organization_id" = "postern_organization"());

ALTER TABLE "team_members" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "team_members" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "team_members" TO postern_app USING ("organization_id" = "postern_organization"());

-- The secret of an invitation says which organization it is for.
ALTER TABLE "invitations" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "invitations" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "invitations" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "invitations" TO postern_system USING (true);
REVOKE SELECT ON "invitations" FROM postern_app;
GRANT SELECT ("id", "organization_id", "email", "role", "teams", "invited_by_id", "created_at", "expires_at", "accepted_at", "revoked_at") ON "invitations" TO postern_app;
GRANT SELECT ON "invitations" TO postern_system;
