-- What a token was made with, so that it ends with it. Of the same person, not of the same organization: a sign-in by the command
-- line opens all organizations of its person and may make a token in each.
ALTER TABLE "api_tokens" ADD COLUMN "parent_id" UUID;
CREATE UNIQUE INDEX "api_tokens_id_user_id_key" ON "api_tokens"("id", "user_id");
CREATE INDEX "api_tokens_parent_id_user_id_idx" ON "api_tokens"("parent_id", "user_id");
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_parent_id_user_id_fkey" FOREIGN KEY ("parent_id", "user_id") REFERENCES "api_tokens"("id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;
