#!/bin/sh
# Run once by the postgres image, when its data folder is empty. Creates the role that owns the schema and migrates, the role that
# serves (not an owner or superuser, so that row-level security applies to it), the role that it takes for queries across
# organizations, and the database.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -d postgres \
  -v owner_password="$POSTERN_OWNER_PASSWORD" -v app_password="$POSTERN_APP_PASSWORD" <<'SQL'
CREATE ROLE postern_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE postern_app LOGIN PASSWORD :'app_password';
CREATE ROLE postern_system;
GRANT postern_system TO postern_app WITH INHERIT FALSE, SET TRUE;
CREATE DATABASE postern OWNER postern_owner;
SQL
