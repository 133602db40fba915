-- Sign-in with the OpenID Connect provider of an organization (ADR 19).
ALTER TABLE "browser_sessions" ADD COLUMN "provider_of" UUID;

CREATE TABLE "oidc_providers" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "sealed_secret" BYTEA NOT NULL,
    "domains" TEXT[],
    "groups_claim" TEXT NOT NULL,
    "group_mappings" JSONB NOT NULL,
    "trusts_second_factor" BOOLEAN NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "oidc_providers_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "oidc_links" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "oidc_links_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "oidc_transactions" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "provider_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "user_id" UUID,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "oidc_transactions_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "oidc_providers_organization_id_key" ON "oidc_providers"("organization_id");
CREATE UNIQUE INDEX "oidc_providers_id_organization_id_key" ON "oidc_providers"("id", "organization_id");
CREATE UNIQUE INDEX "oidc_links_organization_id_issuer_subject_key" ON "oidc_links"("organization_id", "issuer", "subject");
CREATE INDEX "oidc_links_organization_id_user_id_idx" ON "oidc_links"("organization_id", "user_id");
CREATE UNIQUE INDEX "oidc_transactions_secret_hash_key" ON "oidc_transactions"("secret_hash");
CREATE INDEX "oidc_transactions_provider_id_organization_id_idx" ON "oidc_transactions"("provider_id", "organization_id");
CREATE INDEX "oidc_transactions_expires_at_idx" ON "oidc_transactions"("expires_at");

ALTER TABLE "oidc_providers" ADD CONSTRAINT "oidc_providers_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "oidc_links" ADD CONSTRAINT "oidc_links_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "memberships"("organization_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "oidc_transactions" ADD CONSTRAINT "oidc_transactions_provider_id_organization_id_fkey" FOREIGN KEY ("provider_id", "organization_id") REFERENCES "oidc_providers"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "oidc_providers" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "oidc_providers" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "oidc_providers" TO postern_app USING ("organization_id" = "postern_organization"());
GRANT SELECT, INSERT, UPDATE, DELETE ON "oidc_providers" TO postern_app;

-- A link is made once and ends with the membership.
ALTER TABLE "oidc_links" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "oidc_links" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "oidc_links" TO postern_app USING ("organization_id" = "postern_organization"());
GRANT SELECT, INSERT ON "oidc_links" TO postern_app;
-- Together with the account, which only this role can make.
CREATE POLICY "system" ON "oidc_links" TO postern_system USING (true);
GRANT SELECT, INSERT ON "oidc_links" TO postern_system;

-- The secret of a transaction says which organization it is for, and old ones are removed for all of them.
ALTER TABLE "oidc_transactions" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "oidc_transactions" FORCE ROW LEVEL SECURITY;
CREATE POLICY "organization" ON "oidc_transactions" TO postern_app USING ("organization_id" = "postern_organization"());
CREATE POLICY "system" ON "oidc_transactions" TO postern_system USING (true);
GRANT SELECT, INSERT ON "oidc_transactions" TO postern_app;
GRANT SELECT, DELETE ON "oidc_transactions" TO postern_system;
