#!/usr/bin/env bash
# The program `surfraft`: commands for people who run clusters (--help lists them).
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
root=$(CDPATH='' cd -- "$(dirname "$script")/../.." && pwd -P)

# shellcheck source=src/cli/ensure-built.sh
. "$root/src/cli/ensure-built.sh"
ensure_built "$root"
case ${1-} in
  # What moves bytes makes garbage by the gigabyte, all of it short-lived: the less room for it, the
  # less memory is taken (docs/PERFORMANCE.md has figures).
  sync | put | get)
    exec node --max-semi-space-size=4 --heap-growing-percent=30 "$built/src/cli/surfraft.js" "$@"
    ;;
  *) exec node "$built/src/cli/surfraft.js" "$@" ;;
esac
