-- Accounts are people or service accounts.
CREATE TYPE "account_kind" AS ENUM ('person', 'service-account');
ALTER TABLE "users" ADD COLUMN "kind" "account_kind" NOT NULL DEFAULT 'person';
ALTER TABLE "users" ALTER COLUMN "email" DROP NOT NULL;
ALTER TABLE "users" ALTER COLUMN "password_hash" DROP NOT NULL;
ALTER TABLE "users" ADD CONSTRAINT "users_email_check" CHECK (("kind" = 'person') = ("email" IS NOT NULL));
ALTER TABLE "users" ADD CONSTRAINT "users_password_check" CHECK ("kind" = 'person' OR "password_hash" IS NULL);

CREATE TABLE "service_accounts" (
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "created_by_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "service_accounts_pkey" PRIMARY KEY ("user_id")
);

CREATE INDEX "service_accounts_organization_id_idx" ON "service_accounts"("organization_id");
CREATE UNIQUE INDEX "service_accounts_name_key" ON "service_accounts"("organization_id", "name") WHERE "deleted_at" IS NULL;

ALTER TABLE "service_accounts" ADD CONSTRAINT "service_accounts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "service_accounts" ADD CONSTRAINT "service_accounts_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

GRANT SELECT, INSERT, UPDATE ON "service_accounts" TO postern_app;

-- API tokens are limited to permissions. Those made before could do what their person could, which was this.
ALTER TABLE "api_tokens" ADD COLUMN "scopes" TEXT[] NOT NULL DEFAULT '{}';
ALTER TABLE "api_tokens" ADD COLUMN "created_by_id" UUID;
UPDATE "api_tokens" SET "scopes" = '{organization:read,cluster:read,cluster:create,cluster:update,cluster:delete,cluster:use,token:read,token:manage,session:read,session:read-all}' WHERE "kind" = 'api';
ALTER TABLE "api_tokens" ALTER COLUMN "scopes" DROP NOT NULL;
ALTER TABLE "api_tokens" ALTER COLUMN "scopes" DROP DEFAULT;

-- Access to clusters.
CREATE TYPE "level" AS ENUM ('viewer', 'editor', 'admin');
CREATE TABLE "bindings" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID,
    "cluster_id" UUID,
    "cluster_selector" JSONB,
    "level" "level",
    "groups" TEXT[],
    "namespaces" TEXT[],
    "reason" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by_id" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "revoked_by_id" UUID,

    CONSTRAINT "bindings_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "bindings_cluster_check" CHECK (("cluster_id" IS NULL) <> ("cluster_selector" IS NULL)),
    CONSTRAINT "bindings_level_check" CHECK ("level" IS NOT NULL OR cardinality("groups") > 0)
);

CREATE UNIQUE INDEX "bindings_id_organization_id_key" ON "bindings"("id", "organization_id");
CREATE INDEX "bindings_organization_id_user_id_idx" ON "bindings"("organization_id", "user_id");
CREATE INDEX "bindings_cluster_id_organization_id_idx" ON "bindings"("cluster_id", "organization_id");

ALTER TABLE "bindings" ADD CONSTRAINT "bindings_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "memberships"("organization_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "bindings" ADD CONSTRAINT "bindings_cluster_id_organization_id_fkey" FOREIGN KEY ("cluster_id", "organization_id") REFERENCES "clusters"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A binding stays as it was made. It can only be revoked.
GRANT SELECT, INSERT ON "bindings" TO postern_app;
GRANT UPDATE ("revoked_at", "revoked_by_id") ON "bindings" TO postern_app;
