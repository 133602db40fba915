-- The link that is sent by e-mail has a secret of its own, because only it proves the address (ADR 23).
ALTER TABLE "invitations" ADD COLUMN "mailed_secret_hash" BYTEA;

-- An invitation makes the account, the membership and the teams of somebody new in one transaction, and accounts are postern_system's.
GRANT UPDATE ("accepted_at") ON "invitations" TO postern_system;
GRANT SELECT ON "teams" TO postern_system;
GRANT SELECT, INSERT ON "team_members" TO postern_system;
CREATE POLICY "system" ON "teams" TO postern_system USING (true);
CREATE POLICY "system" ON "team_members" TO postern_system USING (true);
