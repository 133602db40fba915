-- What a gateway holds is leased (ADR 9): a row for each gateway that runs, for each tunnel, and on each open session who holds it.
CREATE TABLE "gateways" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "gateways_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "connections" (
    "epoch" BIGINT NOT NULL,
    "gateway_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connections_pkey" PRIMARY KEY ("epoch")
);

CREATE INDEX "connections_gateway_id_idx" ON "connections"("gateway_id");
CREATE INDEX "connections_cluster_id_organization_id_idx" ON "connections"("cluster_id", "organization_id");
CREATE UNIQUE INDEX "agents_id_organization_id_key" ON "agents"("id", "organization_id");

ALTER TABLE "connections" ADD CONSTRAINT "connections_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "gateways"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "connections" ADD CONSTRAINT "connections_cluster_id_organization_id_fkey" FOREIGN KEY ("cluster_id", "organization_id") REFERENCES "clusters"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "connections" ADD CONSTRAINT "connections_agent_id_organization_id_fkey" FOREIGN KEY ("agent_id", "organization_id") REFERENCES "agents"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "sessions" ADD COLUMN "gateway_id" UUID;
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "gateways"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- No gateway of before has a lease, so nobody would ever clean what it left open. It ends here, for the last time without asking whose it is.
UPDATE "sessions" SET "ended_at" = now(), "end_reason" = 'The gateway stopped while the session was open.' WHERE "ended_at" IS NULL;
UPDATE "clusters" SET "offline_since" = coalesce("last_seen_at", now()) WHERE "connected_at" IS NOT NULL AND "offline_since" IS NULL;

-- Rows of connections took its place.
ALTER TABLE "clusters" DROP COLUMN "epoch";

-- The open sessions of a gateway. Only those name one.
DROP INDEX "sessions_open_idx";
CREATE INDEX "sessions_open_idx" ON "sessions"("gateway_id") WHERE "gateway_id" IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON "gateways", "connections" TO postern_app;
GRANT UPDATE ("gateway_id") ON "sessions" TO postern_app;
