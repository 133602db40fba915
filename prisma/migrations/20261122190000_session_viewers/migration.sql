-- Who viewed a terminal besides the person who opened it, or from another sign-in of theirs (ADR 10).
CREATE TABLE "session_viewers" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "can_type" BOOLEAN NOT NULL,
    "client_address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,
    "joined_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "left_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_viewers_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "sessions_id_organization_id_key" ON "sessions"("id", "organization_id");
CREATE INDEX "session_viewers_session_id_organization_id_idx" ON "session_viewers"("session_id", "organization_id");

ALTER TABLE "session_viewers" ADD CONSTRAINT "session_viewers_session_id_organization_id_fkey" FOREIGN KEY ("session_id", "organization_id") REFERENCES "sessions"("id", "organization_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "session_viewers" ADD CONSTRAINT "session_viewers_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

GRANT SELECT, INSERT ON "session_viewers" TO postern_app;
GRANT UPDATE ("left_at") ON "session_viewers" TO postern_app;
