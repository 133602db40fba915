-- Requests for access.
ALTER TABLE "organizations" ADD COLUMN "break_glass" BOOLEAN NOT NULL DEFAULT false;

CREATE TYPE "access_request_status" AS ENUM ('pending', 'approved', 'denied', 'cancelled');
CREATE TABLE "access_requests" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "level" "level" NOT NULL,
    "namespaces" TEXT[],
    "reason" TEXT NOT NULL,
    "duration_seconds" INTEGER NOT NULL,
    "break_glass" BOOLEAN NOT NULL DEFAULT false,
    "status" "access_request_status" NOT NULL DEFAULT 'pending',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),
    "decided_by_id" UUID,
    "note" TEXT NOT NULL DEFAULT '',
    "binding_id" UUID,

    CONSTRAINT "access_requests_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "access_requests_id_organization_id_key" ON "access_requests"("id", "organization_id");
CREATE INDEX "access_requests_organization_id_id_idx" ON "access_requests"("organization_id", "id" DESC);
CREATE INDEX "access_requests_organization_id_user_id_idx" ON "access_requests"("organization_id", "user_id");

ALTER TABLE "access_requests" ADD CONSTRAINT "access_requests_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "memberships"("organization_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "access_requests" ADD CONSTRAINT "access_requests_cluster_id_organization_id_fkey" FOREIGN KEY ("cluster_id", "organization_id") REFERENCES "clusters"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "access_requests" ADD CONSTRAINT "access_requests_binding_id_organization_id_fkey" FOREIGN KEY ("binding_id", "organization_id") REFERENCES "bindings"("id", "organization_id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A request stays as it was made. It can only be decided, once.
GRANT SELECT, INSERT ON "access_requests" TO postern_app;
GRANT UPDATE ("status", "decided_at", "decided_by_id", "note", "binding_id") ON "access_requests" TO postern_app;
