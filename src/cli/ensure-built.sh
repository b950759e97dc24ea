# Sourced by run-server.sh and run-tester.sh: sees to it that what they start is installed and
# built from the sources as they are now, and that this is done once, however many start at the
# same moment. Writes to stderr only. Needs bash 3.2, the POSIX tools, Node.js and npm.
#
# Every build goes to a folder of its own under build/run, and the file build/run/current names the
# newest. A rebuild therefore never touches the files of a server that runs or is being started.

setup_wait_seconds_max=900

# ensure_built ROOT: sets `built` to the folder of the current build, or exits with status 1.
ensure_built() {
  root=$1
  releases=$root/build/run
  check_node
  if is_packed; then return 0; fi
  if ! is_installed || ! is_built; then set_up; fi
  built=$releases/$(cat "$releases/current")
}

# A package as `npm pack` makes it is built, has no sources, and its dependencies lie where npm put
# them.
is_packed() {
  if [ -f "$root/tsconfig.json" ]; then return 1; fi
  built=$root/build/packed
  [ -d "$built" ] || fail "this package is not whole: $built is missing; install it again"
}

fail() {
  echo "surfraft: $1" >&2
  exit 1
}

check_node() {
  local version major minor
  command -v node >/dev/null || fail 'Node.js is not installed; 20.19 or newer is needed'
  version=$(node --version)
  major=${version#v}
  minor=${major#*.}
  major=${major%%.*}
  minor=${minor%%.*}
  if [ "$major" -lt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -lt 19 ]; }; then
    fail "Node.js $version is too old; 20.19 or newer is needed"
  fi
}

# npm writes the hidden lock file last. A linked node_modules is looked after by whoever linked it.
is_installed() {
  local installed=$root/node_modules/.package-lock.json
  [ -f "$installed" ] || return 1
  [ -L "$root/node_modules" ] || ! [ "$root/package-lock.json" -nt "$installed" ]
}

# The pointer carries the time at which its build began. Folders count, too: a file that was
# deleted or renamed shows only there.
is_built() {
  local current=$releases/current newer
  [ -f "$current" ] && [ -d "$releases/$(cat "$current")" ] || return 1
  newer=$(cd "$root" &&
    find src tester package.json tsconfig.json tsconfig.release.json -newer "$current" -print) ||
    return 1
  [ -z "$newer" ]
}

set_up() {
  command -v npm >/dev/null || fail 'npm is not installed; it comes with Node.js'
  mkdir -p "$releases" || fail "cannot write to $releases"
  trap 'give_lock_back' EXIT
  trap 'stop_worker; exit 130' INT
  trap 'stop_worker; exit 143' TERM HUP
  take_lock
  if ! is_installed; then install; fi
  if ! is_built; then
    [ -f "$root/node_modules/typescript/bin/tsc" ] || install
    build
  fi
  give_lock_back
  trap - EXIT INT TERM HUP
}

install() {
  echo 'surfraft: installing dependencies (npm ci) …' >&2
  work npm ci --ignore-scripts --no-audit --no-fund --include=dev --loglevel=error ||
    fail "npm ci failed in $root"
}

build() {
  local name previous=
  echo 'surfraft: building …' >&2
  name=$(date +%s)-$$
  if [ -f "$releases/current" ]; then previous=$(cat "$releases/current"); fi
  rm -rf "$releases/$name"
  : >"$releases/began"
  work node node_modules/typescript/bin/tsc --project tsconfig.release.json \
    --outDir "$releases/$name" || fail "the build failed in $root"
  work node node_modules/typescript/bin/tsc --project src/web/tsconfig.browser.json \
    --incremental false --sourceMap false --noEmitOnError --outDir "$releases/$name" ||
    fail "the build of the browser's part failed in $root"
  echo "$name" >"$releases/next"
  touch -r "$releases/began" "$releases/next"
  mv -f "$releases/next" "$releases/current"
  remove_old_builds "$name" "$previous"
}

# Keeps the newest build and the one before it, which somebody may be loading right now.
remove_old_builds() {
  local folder name
  for folder in "$releases"/*/; do
    name=$(basename "$folder")
    case $name in
      "$1" | "$2" | lock) ;;
      *) rm -rf "$folder" ;;
    esac
  done
}

# Runs a command as a child whose id stands in the lock: when only this script is killed, the next
# one must not begin before that child has ended. The child hears no Ctrl-C, so we pass it on.
work() {
  (cd "$root" && exec "$@") </dev/null >&2 &
  worker=$!
  ln -sfn "pid-$worker" "$releases/lock/worker-$generation"
  wait "$worker"
}

stop_worker() {
  if [ -n "${worker:-}" ]; then kill "$worker" 2>/dev/null || true; fi
}

# The lock is the highest numbered link lock/holder-N; its target names the process that holds it.
# Creating a link is atomic and tells who made it at once. A holder that was killed is not cleared
# away but outnumbered, so two that see it dead cannot both win. Returns without the lock when
# there is nothing left to do.
take_lock() {
  local newest waited=0
  mkdir -p "$releases/lock"
  while :; do
    newest=$(newest_generation)
    if [ "$newest" -eq 0 ] || ! is_held "$newest"; then
      generation=$((newest + 1))
      if ln -s "pid-$$" "$releases/lock/holder-$generation" 2>/dev/null; then
        if [ "$(newest_generation)" -eq "$generation" ]; then break; fi
        rm -f "$releases/lock/holder-$generation"
      fi
      generation=
      continue
    fi
    if [ "$waited" -eq 0 ]; then echo 'surfraft: waiting for the other set-up …' >&2; fi
    waited=$((waited + 1))
    if [ "$waited" -gt $((setup_wait_seconds_max * 5)) ]; then
      fail "another set-up does not end; if there is none, remove $releases/lock"
    fi
    sleep 0.2
    if is_installed && is_built; then return 0; fi
  done
  remove_dead_generations
}

newest_generation() {
  local link number newest=0
  for link in "$releases"/lock/holder-*; do
    number=${link##*-}
    case $number in
      *[!0-9]*) ;;
      *) if [ "$number" -gt "$newest" ]; then newest=$number; fi ;;
    esac
  done
  echo "$newest"
}

# Also answers no when the holder has just given the lock back.
is_held() {
  local link pid
  for link in "$releases/lock/holder-$1" "$releases/lock/worker-$1"; do
    pid=$(readlink "$link") || continue
    if is_running "${pid#pid-}"; then return 0; fi
  done
  return 1
}

# A process that has ended but that nobody has waited for (a zombie) does not count as running.
is_running() {
  kill -0 "$1" 2>/dev/null || return 1
  case $(ps -o state= -p "$1" 2>/dev/null) in
    Z*) return 1 ;;
  esac
}

remove_dead_generations() {
  local link
  for link in "$releases"/lock/holder-* "$releases"/lock/worker-*; do
    if [ "${link##*-}" -lt "$generation" ] 2>/dev/null; then rm -f "$link"; fi
  done
}

give_lock_back() {
  if [ -z "${generation:-}" ]; then return 0; fi
  rm -f "$releases/lock/worker-$generation" "$releases/lock/holder-$generation"
  generation=
}
