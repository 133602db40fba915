-- The audit trail (ADR 14): a chain of hashes for each organization.
CREATE TYPE "audit_mode" AS ENUM ('fail-open', 'fail-closed');
ALTER TABLE "clusters" ADD COLUMN "audit_mode" "audit_mode" NOT NULL DEFAULT 'fail-open';

CREATE TABLE "audit_heads" (
    "organization_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL DEFAULT 0,
    "hash" BYTEA NOT NULL,
    "anchor_seq" BIGINT NOT NULL DEFAULT 0,
    "anchor_hash" BYTEA NOT NULL,
    "retention_days" INTEGER NOT NULL DEFAULT 400,

    CONSTRAINT "audit_heads_pkey" PRIMARY KEY ("organization_id")
);

CREATE TABLE "audit_events" (
    "organization_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event" JSONB NOT NULL,
    "previous" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("organization_id","seq")
);

CREATE TABLE "audit_webhooks" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "delivered_seq" BIGINT NOT NULL,
    "last_delivered_at" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_webhooks_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "audit_events_organization_id_id_key" ON "audit_events"("organization_id", "id");
CREATE INDEX "audit_events_organization_id_at_idx" ON "audit_events"("organization_id", "at");
CREATE UNIQUE INDEX "audit_webhooks_id_organization_id_key" ON "audit_webhooks"("id", "organization_id");
CREATE INDEX "audit_webhooks_organization_id_idx" ON "audit_webhooks"("organization_id");

ALTER TABLE "audit_heads" ADD CONSTRAINT "audit_heads_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "audit_heads"("organization_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "audit_webhooks" ADD CONSTRAINT "audit_webhooks_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "audit_heads"("organization_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The two questions that are asked most: what did this person do, and what happened to this cluster?
CREATE INDEX "audit_events_actor_idx" ON "audit_events"("organization_id", ("event" #>> '{actor,id}'), "seq");
CREATE INDEX "audit_events_cluster_idx" ON "audit_events"("organization_id", ("event" #>> '{cluster,id}'), "seq");

ALTER TABLE "audit_heads" ADD CONSTRAINT "audit_heads_retention_days_check" CHECK ("retention_days" BETWEEN 7 AND 3650);

-- Deletes the oldest entries that have passed the organization's retention: always a whole beginning of the chain, at most
-- "most" entries in one call, and keeps the hash of the last one as the anchor of those that follow. Returns how many. The
-- only way in which the serving role can delete entries. One statement, so that Prisma's engine does not split it.
CREATE FUNCTION "audit_expire"("of_organization" UUID, "most" INTEGER) RETURNS BIGINT
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
WITH head AS (
    SELECT h.organization_id, h.seq, h.anchor_seq, now() - make_interval(days => h.retention_days) AS kept_since
    FROM public.audit_heads h WHERE h.organization_id = of_organization FOR UPDATE
), last_gone AS (
    SELECT e.organization_id, e.seq, e.hash FROM public.audit_events e, head
    WHERE e.organization_id = head.organization_id AND e.seq > head.anchor_seq AND e.seq = coalesce(
        (SELECT k.seq - 1 FROM public.audit_events k
         WHERE k.organization_id = head.organization_id AND k.seq > head.anchor_seq AND k.seq <= head.anchor_seq + most AND k.at >= head.kept_since
         ORDER BY k.seq LIMIT 1),
        least(head.seq, head.anchor_seq + most))
), gone AS (
    DELETE FROM public.audit_events e USING last_gone g
    WHERE e.organization_id = g.organization_id AND e.seq <= g.seq RETURNING 1
), anchored AS (
    UPDATE public.audit_heads h SET anchor_seq = g.seq, anchor_hash = g.hash
    FROM last_gone g WHERE h.organization_id = g.organization_id
)
SELECT count(*) FROM gone
$$;

REVOKE ALL ON FUNCTION "audit_expire"(UUID, INTEGER) FROM PUBLIC;

-- What was recorded stays as it was: entries can be added, and the end of the chain moves.
GRANT SELECT, INSERT ON "audit_events", "audit_heads" TO postern_app;
GRANT UPDATE ("seq", "hash", "retention_days") ON "audit_heads" TO postern_app;
GRANT EXECUTE ON FUNCTION "audit_expire"(UUID, INTEGER) TO postern_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "audit_webhooks" TO postern_app;
