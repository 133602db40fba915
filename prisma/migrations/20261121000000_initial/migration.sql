-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "role" AS ENUM ('member', 'admin', 'owner');

-- CreateEnum
CREATE TYPE "token_kind" AS ENUM ('api', 'cli', 'kubeconfig');

-- CreateEnum
CREATE TYPE "session_kind" AS ENUM ('exec', 'attach', 'port-forward', 'terminal');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "incarnation" INTEGER NOT NULL DEFAULT 1,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "memberships" (
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" "role" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "memberships_pkey" PRIMARY KEY ("organization_id","user_id")
);

-- CreateTable
CREATE TABLE "browser_sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "user_incarnation" INTEGER NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 0,
    "rotated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "browser_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "user_incarnation" INTEGER NOT NULL,
    "cluster_id" UUID,
    "kind" "token_kind" NOT NULL,
    "name" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "demo" BOOLEAN NOT NULL DEFAULT false,
    "incarnation" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "connected_at" TIMESTAMPTZ(3),
    "offline_since" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3),
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "kubernetes" JSONB,
    "capabilities" JSONB,
    "problem" JSONB,
    "token_made_at" TIMESTAMPTZ(3),
    "agent_dialled_at" TIMESTAMPTZ(3),
    "key_registered_at" TIMESTAMPTZ(3),
    "permissions_checked_at" TIMESTAMPTZ(3),
    "first_request_served_at" TIMESTAMPTZ(3),

    CONSTRAINT "clusters_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "join_tokens" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "join_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agents" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "public_key" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "instance" TEXT NOT NULL,
    "location" TEXT NOT NULL,
    "enrolled_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "agents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" "session_kind" NOT NULL,
    "namespace" TEXT NOT NULL,
    "pod" TEXT NOT NULL,
    "container" TEXT,
    "command" TEXT[],
    "client_address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,
    "bytes_up" BIGINT NOT NULL DEFAULT 0,
    "bytes_down" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "organizations_slug_key" ON "organizations"("slug");

-- CreateIndex
CREATE INDEX "memberships_user_id_idx" ON "memberships"("user_id");

-- CreateIndex
CREATE INDEX "browser_sessions_user_id_idx" ON "browser_sessions"("user_id");

-- CreateIndex
CREATE INDEX "browser_sessions_expires_at_idx" ON "browser_sessions"("expires_at");

-- CreateIndex
CREATE INDEX "api_tokens_organization_id_user_id_idx" ON "api_tokens"("organization_id", "user_id");

-- CreateIndex
CREATE INDEX "clusters_organization_id_idx" ON "clusters"("organization_id");

-- CreateIndex
CREATE UNIQUE INDEX "clusters_id_organization_id_key" ON "clusters"("id", "organization_id");

-- CreateIndex
CREATE INDEX "join_tokens_cluster_id_organization_id_idx" ON "join_tokens"("cluster_id", "organization_id");

-- CreateIndex
CREATE INDEX "agents_cluster_id_organization_id_idx" ON "agents"("cluster_id", "organization_id");

-- CreateIndex
CREATE INDEX "sessions_organization_id_id_idx" ON "sessions"("organization_id", "id" DESC);

-- CreateIndex
CREATE INDEX "sessions_cluster_id_organization_id_idx" ON "sessions"("cluster_id", "organization_id");

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "browser_sessions" ADD CONSTRAINT "browser_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "memberships"("organization_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_cluster_id_organization_id_fkey" FOREIGN KEY ("cluster_id", "organization_id") REFERENCES "clusters"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "clusters" ADD CONSTRAINT "clusters_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_cluster_id_organization_id_fkey" FOREIGN KEY ("cluster_id", "organization_id") REFERENCES "clusters"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agents" ADD CONSTRAINT "agents_cluster_id_organization_id_fkey" FOREIGN KEY ("cluster_id", "organization_id") REFERENCES "clusters"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_cluster_id_organization_id_fkey" FOREIGN KEY ("cluster_id", "organization_id") REFERENCES "clusters"("id", "organization_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- Beyond what the schema language can say ----------------------------------------------------------------------------------

-- A deleted cluster keeps its row for the sessions that name it, and gives its name back.
CREATE UNIQUE INDEX "clusters_name_key" ON "clusters"("organization_id", "name") WHERE "deleted_at" IS NULL;

-- One identity per cluster: enrolling again revokes the one before.
CREATE UNIQUE INDEX "agents_active_key" ON "agents"("cluster_id") WHERE "revoked_at" IS NULL;

CREATE INDEX "sessions_open_idx" ON "sessions"("started_at") WHERE "ended_at" IS NULL;

-- Rises with every connection of an agent: the newest connection of a slot wins.
CREATE SEQUENCE "agent_epoch" AS bigint;

-- postern_app serves. It must be there before the first migration (infra/postgres/roles.sh makes it). The role owns nothing, so it cannot change the schema, and it has of each table only what serving needs.
GRANT USAGE ON SCHEMA "public" TO postern_app;
GRANT SELECT, INSERT, UPDATE ON "users", "organizations", "clusters", "join_tokens", "agents", "api_tokens" TO postern_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "memberships", "browser_sessions" TO postern_app;
-- What was recorded stays as it was: a session can be added and ended.
GRANT SELECT, INSERT ON "sessions" TO postern_app;
GRANT UPDATE ("ended_at", "end_reason", "bytes_up", "bytes_down") ON "sessions" TO postern_app;
GRANT USAGE ON SEQUENCE "agent_epoch" TO postern_app;
