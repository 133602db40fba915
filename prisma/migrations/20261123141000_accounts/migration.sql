-- A person's account: links sent by e-mail, second factors, passkeys, and when somebody proved who they are (ADR 16).
CREATE TYPE "account_link_kind" AS ENUM ('password-reset', 'email-change', 'email-verification');
CREATE TYPE "challenge_kind" AS ENUM ('second-factor', 'passkey-sign-in', 'passkey-registration', 'step-up');

ALTER TABLE "users" ADD COLUMN "name" TEXT;
ALTER TABLE "users" ADD COLUMN "email_verified_at" TIMESTAMPTZ(3);
ALTER TABLE "organizations" ADD COLUMN "require_second_factor" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "browser_sessions"
    ADD COLUMN "client_address" TEXT NOT NULL DEFAULT '',
    ADD COLUMN "user_agent" TEXT NOT NULL DEFAULT '',
    ADD COLUMN "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    ADD COLUMN "proved_at" TIMESTAMPTZ(3),
    ADD COLUMN "second_factor_at" TIMESTAMPTZ(3);
ALTER TABLE "api_tokens"
    ADD COLUMN "proved_at" TIMESTAMPTZ(3),
    ADD COLUMN "second_factor_at" TIMESTAMPTZ(3);

CREATE TABLE "account_links" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "kind" "account_link_kind" NOT NULL,
    "email" TEXT NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "account_links_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "totp_factors" (
    "user_id" UUID NOT NULL,
    "sealed_key" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "confirmed_at" TIMESTAMPTZ(3),
    "last_step" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "totp_factors_pkey" PRIMARY KEY ("user_id")
);

CREATE TABLE "recovery_codes" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_codes_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "passkeys" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "credential_id" BYTEA NOT NULL,
    "public_key" BYTEA NOT NULL,
    "counter" BIGINT NOT NULL,
    "transports" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "passkeys_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sign_in_challenges" (
    "id" UUID NOT NULL,
    "kind" "challenge_kind" NOT NULL,
    "user_id" UUID,
    "user_incarnation" INTEGER,
    "secret_hash" BYTEA,
    "passkey_challenge" BYTEA NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "sign_in_challenges_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "account_links_secret_hash_key" ON "account_links"("secret_hash");
CREATE INDEX "account_links_user_id_idx" ON "account_links"("user_id");
CREATE UNIQUE INDEX "recovery_codes_user_id_code_hash_key" ON "recovery_codes"("user_id", "code_hash");
CREATE UNIQUE INDEX "passkeys_credential_id_key" ON "passkeys"("credential_id");
CREATE INDEX "passkeys_user_id_idx" ON "passkeys"("user_id");
CREATE UNIQUE INDEX "sign_in_challenges_secret_hash_key" ON "sign_in_challenges"("secret_hash");
CREATE UNIQUE INDEX "sign_in_challenges_passkey_challenge_key" ON "sign_in_challenges"("passkey_challenge");
CREATE INDEX "sign_in_challenges_user_id_idx" ON "sign_in_challenges"("user_id");
CREATE INDEX "sign_in_challenges_expires_at_idx" ON "sign_in_challenges"("expires_at");

ALTER TABLE "account_links" ADD CONSTRAINT "account_links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "totp_factors" ADD CONSTRAINT "totp_factors_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sign_in_challenges" ADD CONSTRAINT "sign_in_challenges_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- All of them belong to persons, not to an organization.
GRANT SELECT, INSERT ON "account_links" TO postern_app;
GRANT UPDATE ("used_at") ON "account_links" TO postern_app;
GRANT SELECT, INSERT, DELETE ON "recovery_codes" TO postern_app;
GRANT UPDATE ("used_at") ON "recovery_codes" TO postern_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "totp_factors", "passkeys", "sign_in_challenges" TO postern_app;
