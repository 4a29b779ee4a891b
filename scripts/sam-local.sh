#!/usr/bin/env bash
# The journey test over `sam local start-api`: the functions in containers of the SAM CLI, data in the local cloud. It starts what is not
# running and ends what it started; no container is left, and of a Docker that it started nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
started=()
finish() {
	for pid in "${started[@]}"; do # the last first: sam needs Docker to remove its containers
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	rm -rf "$work"
}
trap finish EXIT

wait_for() { # what, log file, pattern, seconds
	for _ in $(seq $(($4 * 5))); do
		grep -q "$3" "$2" && return
		sleep 0.2
	done
	echo "$1 is not ready:" >&2
	cat "$2" >&2
	exit 1
}

scripts/install.sh dockerd busybox
if ! docker info >/dev/null 2>&1; then
	[ "$(id -u)" -eq 0 ] || { echo "Docker is not running, and only root can start it" >&2; exit 1; }
	dockerd --data-root "$work/images" --exec-root "$work/docker" --pidfile "$work/docker.pid" >"$work/docker.log" 2>&1 &
	started=($! "${started[@]}")
	wait_for Docker "$work/docker.log" "API listen on" 30
fi

# No registry is asked: static Go binaries need a root file system with certificates, and a shell with mv and chmod for the step that SAM
# adds its runtime with. The image is made anew each time and has a name of its own, so that no other project gets it for AWS's.
case "$(uname -m)" in aarch64 | arm64) arch=arm64 goarch=arm64 ;; *) arch=x86_64 goarch=amd64 ;; esac
image=lyceum-sam-local
docker image rm -f "$image" "$image:rapid-$arch" >/dev/null 2>&1 || true
root="$work/root"
mkdir -p "$root"/{bin,etc/ssl/certs,tmp,var/task,var/runtime,opt}
chmod 1777 "$root/tmp"
busybox=$(command -v busybox)
cp "$busybox" "$root/bin/busybox"
for library in $(ldd "$busybox" 2>/dev/null | grep -o '/[^ ]*'); do cp -L --parents "$library" "$root"; done # none if it is static
for name in sh mv chmod; do ln -s busybox "$root/bin/$name"; done
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
tar -C "$root" -c . | docker import --change 'WORKDIR /var/task' \
	--change 'ENV PATH=/usr/local/bin:/usr/bin:/bin LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime' - "$image" >/dev/null
docker run --rm --network none "$image" sh -c 'chmod +x /etc/passwd' # else SAM fails at it and does not say why

GOARCH=$goarch scripts/build.sh
bridge=$(docker network inspect bridge --format '{{(index .IPAM.Config 0).Gateway}}')
[ -n "$bridge" ] || bridge=$(ip -4 -o addr show docker0 | awk '{sub("/.*", "", $4); print $4}')
go build -o "$work/local" ./local
"$work/local" --bind "$bridge" --port 0 --dynamodb-port 0 --s3-port 0 --data "$work/data" >"$work/local.log" 2>&1 &
started=($! "${started[@]}")
wait_for "The local cloud" "$work/local.log" '^ready at' 240

port=3999
export AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local
TMPDIR="$work" scripts/sam.sh local start-api --invoke-image $image --skip-pull-image --warm-containers LAZY --host 127.0.0.1 --port $port \
	--env-vars "$work/data/sam-env.json" --parameter-overrides "Architecture=$arch" >"$work/sam.log" 2>&1 &
sam=$!
started=($sam "${started[@]}")
wait_for "sam local" "$work/sam.log" "Running on http" 120

if ! go test ./local -run 'TestJourney$' -count=1 -v -api "http://127.0.0.1:$port" \
	-dynamodb "$(sed -n 's/^  DynamoDB   \([^ ]*\).*/\1/p' "$work/local.log")"; then
	tail -n 50 "$work/sam.log" >&2
	exit 1
fi
[ $# -eq 0 ] || API="http://127.0.0.1:$port" LOCAL=$(sed -n 's/^ready at \([^ ]*\).*/\1/p' "$work/local.log") "$@"

kill -TERM "$sam"
wait "$sam" || true
left=$(docker ps -q --filter "ancestor=$image" | wc -l)
all=$(docker ps -q | wc -l)
[ "$left" -eq 0 ] && [ "$all" -eq 0 ] || { echo "containers are left: $all" >&2; docker ps >&2; exit 1; }
echo "sam local passed the journey and left no container"
