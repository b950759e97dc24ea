#!/usr/bin/env bash
# Runs one server of a cluster, or all that are local to this machine:
#   ./run-server.sh CONFIG [ID] [options]     (--help lists them)
# Works from any directory; the first run installs and builds.
set -euo pipefail

script=${BASH_SOURCE[0]}
while [ -L "$script" ]; do
  target=$(readlink "$script")
  case $target in
    /*) script=$target ;;
    *) script=$(dirname "$script")/$target ;;
  esac
done
root=$(CDPATH='' cd -- "$(dirname "$script")" && pwd -P)

# shellcheck source=src/cli/ensure-built.sh
. "$root/src/cli/ensure-built.sh"
ensure_built "$root"
# Of what a call makes nearly all is gone soon: with more room for it, fewer collections look at it.
# What is left is so little that helpers cost a collection more than they save, and the heap is
# given some size before it asks for one of all that there is. One helper is enough for that and for
# compiling, and servers that share a machine keep each other's event loops waiting less
# (docs/PERFORMANCE.md has figures).
exec node --max-semi-space-size=32 --no-parallel-scavenge --initial-heap-size=256 \
  --v8-pool-size=1 "$built/src/cli/run-server.js" "$@"
