#!/usr/bin/env bash
# Builds the image of the Containerfile for real, and runs it as it should be run: as user 1000, with a read-only root,
# and stopped by SIGTERM. Needs root, Debian, and buildah, mmdebstrap, runc, jq and curl from it; no container service.
# Takes some five minutes.
#
# One base image is made here from Debian's packages, so that nothing but Debian and Maven Central is needed; to take others,
# set BUILD_IMAGE and RUN_IMAGE. The server listens on the loopback interface, at free ports.
set -euo pipefail
cd "$(dirname "$0")/../../.."

# Whether something listens there.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

work=$(mktemp -d "${TMPDIR:-/tmp}/taskstream-image.XXXXXX")
release=${DEBIAN_RELEASE:-bookworm}
# The build fetches into the user's own Maven repository, so that a second one fetches nothing.
repository=$HOME/.m2/repository
mkdir -p "$repository"

buildah() { command buildah --root "$work/store" --runroot "$work/run" --storage-driver vfs "$@"; }
container() { runc --root "$work/runc" "$@"; }

cleanup() {
  container delete --force smoke 2>/dev/null || true
  buildah umount --all >/dev/null 2>&1 || true
  rm -rf "$work"
  if [ -n "${SUDO_UID:-}" ]; then chown -R "$SUDO_UID:$SUDO_GID" "$repository"; fi
}
trap cleanup EXIT

fail() {
  echo "FAILED: $*" >&2
  tail -n 40 "$work/server.log" >&2 2>/dev/null || true
  exit 1
}

if [ -z "${BUILD_IMAGE:-}" ] || [ -z "${RUN_IMAGE:-}" ]; then
  # With a JDK, which has all that a JRE has: a second base would take a minute more.
  mmdebstrap --quiet --variant=minbase --include=openjdk-17-jdk-headless,maven,ca-certificates "$release" "$work/base"
  made=$(buildah from scratch)
  buildah copy -q "$made" "$work/base" / >/dev/null
  buildah commit -q --rm "$made" taskstream-base >/dev/null
  rm -rf "${work:?}/base"
fi
BUILD_IMAGE=${BUILD_IMAGE:-localhost/taskstream-base}
RUN_IMAGE=${RUN_IMAGE:-localhost/taskstream-base}

echo "Building the image"
buildah bud --isolation chroot --format docker --layers=false --volume "$repository:/root/.m2/repository" \
  --build-arg BUILD_IMAGE="$BUILD_IMAGE" --build-arg RUN_IMAGE="$RUN_IMAGE" -t taskstream -f Containerfile . \
  >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log" >&2; exit 1; }

made=$(buildah from --pull-never localhost/taskstream)
root=$(buildah mount "$made")
image() { buildah inspect "$made" | jq -c "$1"; }
[ "$(image .OCIv1.config.User)" = '"1000:0"' ] || fail "the user is not 1000"

# Runs what the image says, in the host's network. The tests on the servers take no port from here on.
port=32100
while answers "$port" || answers $((port + 1)) || answers $((port + 2)); do
  port=$((32100 + RANDOM % 600))
done
mkdir "$work/bundle"
image .OCIv1.config | jq --arg root "$root" --argjson port "$port" '{
  ociVersion: "1.0.2",
  root: {path: $root, readonly: true},
  process: {
    user: {uid: 1000, gid: 0}, cwd: .WorkingDir, args: .Cmd, noNewPrivileges: true,
    env: ((.Env | map(select(startswith("JBOSS_BIND_ADDRESS=") | not))) + ["TASKSTREAM_ACCESS=open", "JBOSS_BIND_ADDRESS=127.0.0.1", "JBOSS_HTTP_PORT=\($port)",
      "JBOSS_HTTPS_PORT=\($port + 1)", "JBOSS_MANAGEMENT_HTTP_PORT=\($port + 2)"])
  },
  mounts: [
    {destination: "/proc", type: "proc", source: "proc"},
    {destination: "/dev", type: "tmpfs", source: "tmpfs"},
    {destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["mode=1777"]},
    {destination: "/opt/taskstream/standalone/data", type: "tmpfs", source: "tmpfs", options: ["mode=0700", "uid=1000"]}
  ],
  linux: {namespaces: [{type: "pid"}, {type: "mount"}, {type: "ipc"}]}
}' >"$work/bundle/config.json"
# The image's own health check, at the port of here.
image .Docker.config.Healthcheck.Test | jq --arg port "$port" '{
  cwd: "/", user: {uid: 1000, gid: 0}, env: ["PATH=/usr/bin:/bin"], args: .[1:] | map(sub("/8080"; "/" + $port))
}' >"$work/health.json"
echo "Running it"
(cd "$work/bundle" && container run smoke >"$work/server.log" 2>&1; echo $? >"$work/exit") &

healthy() { container exec --process "$work/health.json" smoke; }
for ((second = 0; second < 120; second++)); do
  if healthy 2>/dev/null; then break; fi
  sleep 1
done
healthy || fail "it is not healthy after $second s"
echo "Healthy after $second s"

url=http://127.0.0.1:$port
curl -fsS -X PUT "$url/tasks/smoke" >/dev/null || fail "no task could be made"
curl -sSN -D "$work/head" "$url/tasks/smoke/stream" >"$work/stream" &
viewer=$!
seq 1000 | curl -fsST- -X POST -H 'Content-Type: text/plain' "$url/tasks/smoke/events" | grep -q '"count":1000' \
  || fail "a thousand lines could not be published"
for ((tenth = 0; tenth < 100; tenth++)); do
  if [ "$(grep -c '^id: ' "$work/stream")" = 1000 ]; then break; fi
  sleep 0.1
done
[ "$(grep -c '^id: ' "$work/stream")" = 1000 ] || fail "the viewer did not get a thousand events"
container exec smoke id | grep -q uid=1000 || fail "it does not run as user 1000"
container exec smoke touch /opt/taskstream/x 2>/dev/null && fail "the root can be written to"
others=$(find "$root/opt/taskstream" -path "$root/opt/taskstream/standalone/data" -prune -o \( ! -user 0 -o -perm /022 \) ! -type l -print -quit)
[ -z "$others" ] || fail "$others is not root's alone"
open=$(container exec smoke find /opt/taskstream/standalone/data /tmp/standalone -mindepth 1 -perm /077 ! -type l -print -quit)
[ -z "$open" ] || fail "$open can be read by other users"

echo "Stopping it"
container kill smoke TERM
wait "$viewer" || fail "the stream was broken off instead of ended"
for ((second = 0; second < 60; second++)); do
  if [ -f "$work/exit" ]; then break; fi
  sleep 1
done
[ -f "$work/exit" ] || fail "it does not end"
grep -q 'WildFly .* stopped in' "$work/server.log" || fail "it was not stopped in order"
echo "PASSED: healthy, streamed, read-only, user 1000, ended on SIGTERM"
