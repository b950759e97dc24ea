#!/usr/bin/env bash
# Judges the cluster that the server at HOST:PORT belongs to:
#   ./run-tester.sh HOST:PORT [options]     (--help lists them)
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
exec node "$built/tester/main.js" "$@"
