#!/usr/bin/env bash
# Copies one app of the workspace with only its runtime dependencies into a folder:
#
#   deploy.sh gateway|migrate|dashboard OUT
#
# Used by the Dockerfiles. Needs Node and the package registry, no Docker.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
app=${1:?usage: deploy.sh gateway|migrate|dashboard OUT} out=${2:?usage: deploy.sh gateway|migrate|dashboard OUT}

node --input-type=module -e "import { build, install, program } from './scripts/workspace.mjs'; await program(async () => { await install(); await build(); return 0; });"
pnpm=$(sed -n "s/^const PNPM = '\(.*\)';$/\1/p" scripts/workspace.mjs)
rm -rf "$out"
deploy() { npx --yes "$pnpm" --filter "$1" deploy --legacy "${@:2}" "$out"; }

case $app in
  gateway) deploy @postern/gateway --prod ;;
  dashboard) deploy @postern/dashboard --prod ;;
  # The migrations, and the command that applies them, which is a development dependency of the gateway.
  migrate) deploy @postern/gateway && cp -r prisma "$out/" ;;
  *) echo "deploy.sh: no app named $app" >&2; exit 2 ;;
esac
