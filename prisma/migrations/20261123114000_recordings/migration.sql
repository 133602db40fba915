-- What was shown, and if the cluster's policy asks for it what was typed, in execs, attaches and terminals (ADR 13).
CREATE TYPE "recording_mode" AS ENUM ('off', 'best-effort', 'required');
CREATE TYPE "recording_storage" AS ENUM ('postgres', 's3');

ALTER TABLE "clusters" ADD COLUMN "recording" "recording_mode" NOT NULL DEFAULT 'best-effort';
ALTER TABLE "clusters" ADD COLUMN "record_input" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "organizations" ADD COLUMN "recording_days" INTEGER NOT NULL DEFAULT 90;

-- Why the session is to be ended, for the gateway that holds it.
ALTER TABLE "sessions" ADD COLUMN "ending_reason" TEXT;

CREATE TABLE "recordings" (
    "session_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "storage" "recording_storage" NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),
    "duration_ms" BIGINT NOT NULL DEFAULT 0,
    "size_bytes" BIGINT NOT NULL DEFAULT 0,
    "stored_bytes" BIGINT NOT NULL DEFAULT 0,
    "missing_bytes" BIGINT NOT NULL DEFAULT 0,
    "chunks" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "recordings_pkey" PRIMARY KEY ("session_id")
);

CREATE TABLE "recording_chunks" (
    "session_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "sequence" INTEGER NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "recording_chunks_pkey" PRIMARY KEY ("session_id", "sequence")
);

CREATE UNIQUE INDEX "recordings_session_id_organization_id_key" ON "recordings"("session_id", "organization_id");
CREATE INDEX "recordings_organization_id_started_at_idx" ON "recordings"("organization_id", "started_at");
CREATE INDEX "recording_chunks_session_id_organization_id_idx" ON "recording_chunks"("session_id", "organization_id");

ALTER TABLE "recordings" ADD CONSTRAINT "recordings_session_id_organization_id_fkey" FOREIGN KEY ("session_id", "organization_id") REFERENCES "sessions"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "recording_chunks" ADD CONSTRAINT "recording_chunks_session_id_organization_id_fkey" FOREIGN KEY ("session_id", "organization_id") REFERENCES "recordings"("session_id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A recording is written once: only its totals change, and it can be deleted as a whole.
GRANT SELECT, INSERT, DELETE ON "recordings", "recording_chunks" TO postern_app;
GRANT UPDATE ("ended_at", "duration_ms", "size_bytes", "stored_bytes", "missing_bytes", "chunks") ON "recordings" TO postern_app;
GRANT UPDATE ("ending_reason") ON "sessions" TO postern_app;
