#!/usr/bin/env bash
# What docs/SAM.md promises, typed as it stands there in a fresh copy of this project: the journey test over `sam local start-api`, the sample
# events, and a change in shared/ that the next `sam build` serves. It starts Docker if it does not run and ends what it started; no container
# is left. With a command as arguments, that is run too, with both ways to the API in its environment.
set -euo pipefail
set -m # each job is a process group of its own, so that all of it can be ended
cd "$(dirname "$0")/.."
work=$(mktemp -d)
started=()
stop() { kill -TERM -- "-$1" 2>/dev/null || true; wait "$1" 2>/dev/null || true; }
finish() {
	for pid in "${started[@]}"; do stop "$pid"; done # the last first: sam needs Docker to remove its containers
	[ -z "${made:-}" ] || docker image rm -f "$made" "${made%-*}-rapid-${made##*-}" >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap finish EXIT

wait_for() { # what, log file, pattern, seconds
	for _ in $(seq $(($4 * 5))); do
		grep -aq "$3" "$2" && return
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

# Where no registry answers, an image takes the name of AWS's while this runs: static Go binaries need a root file system with certificates,
# and a shell with mv and chmod for the step that SAM adds its runtime with.
case "$(uname -m)" in aarch64 | arm64) arch=arm64 ;; *) arch=x86_64 ;; esac
image=public.ecr.aws/lambda/provided:al2023-$arch
if ! docker image inspect "$image" >/dev/null 2>&1 && ! docker pull -q "$image" >/dev/null 2>&1; then
	made=$image root="$work/root"
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
fi

scripts/sam.sh --version
export PATH="$PWD/.venv/bin:$PATH" SAM_CLI_TELEMETRY=0
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_DEFAULT_REGION # a fresh machine has none
fresh=$work/lyceum
mkdir "$fresh"
git ls-files -co --exclude-standard -z | tar --null -T - -c | tar -x -C "$fresh"
project=$PWD
cd "$fresh"

go run ./local --services >"$work/services.log" 2>&1 &
started=($! "${started[@]}")
wait_for "go run ./local --services" "$work/services.log" '^ready at' 600
next=$(grep -A 2 'in a second terminal' "$work/services.log" | tail -n 1)
[ "$(xargs <<<"$next")" = "sam build && sam local start-api" ] || { echo "it says what to type next as: $next" >&2; exit 1; }
serve() { # types the line that it says
	local begin=$SECONDS
	: >"$work/sam.log"
	bash -c "$next" >"$work/sam.log" 2>&1 &
	sam=$!
	started=($sam "${started[@]}")
	wait_for "sam local start-api" "$work/sam.log" "Running on http" 1200
	echo "$(xargs <<<"$next"), $1: ready after $((SECONDS - begin)) s"
}
serve "nothing built"

api=http://127.0.0.1:3000
if ! (cd "$project" && go test ./local -run 'TestJourney$' -count=1 -v -api $api -dynamodb "$(sed -n 's/^  DynamoDB   \([^ ]*\).*/\1/p' "$work/services.log")"); then
	grep -a '"level":"ERROR"' "$work/sam.log" | tail -n 20 >&2
	exit 1
fi

json=(-H 'Content-Type: application/json')
curl -sf -m 60 $api/api/auth/register "${json[@]}" -d '{"email":"events@example.org","username":"Ada","password":"correct horse battery"}' >/dev/null
token=$(curl -sf -m 60 $api/api/auth/login "${json[@]}" -d '{"email":"events@example.org","password":"correct horse battery"}' | sed 's/.*"accessToken":"\([^"]*\)".*/\1/')
invoked() { # what, pattern in the output of the command that standard input has an event for
	sam local invoke "$1" -e - >"$work/invoke.log" 2>&1 || true
	grep -aq "$2" "$work/invoke.log" || { echo "sam local invoke $1:" >&2; cat "$work/invoke.log" >&2; exit 1; }
	echo "sam local invoke $1: as it should be"
}
sed "s/TOKEN/$token/" events/complete-lesson.json | invoked CompleteLessonFunction '"statusCode": 200'
invoked CompleteLessonFunction '"statusCode": 401' <events/complete-lesson.json
invoked SendWelcomeMailFunction '"msg":"event".*"cause":""' <events/send-welcome-mail.json
invoked OnObjectCreatedFunction '"cause":""' <events/on-object-created.json

again() { stop "$sam"; serve "$1"; }
again "nothing changed"
echo '// A comment.' >>functions/ops/health/main.go && again "one comment changed"
sed -i 's/This needs an access token/The changed shared code says: &/' shared/httpapi/auth.go && again "shared changed"
curl -s -m 60 $api/api/users/me | grep -q 'The changed shared code says' || { echo "sam local serves what it served before the change" >&2; exit 1; }
echo "a change in shared/ is served"

if [ $# -gt 0 ]; then
	go run ./local --port 0 --dynamodb-port 0 --s3-port 0 --data "$work/data" >"$work/local.log" 2>&1 &
	started=($! "${started[@]}")
	wait_for "go run ./local" "$work/local.log" '^ready at' 600
	(cd "$project" && API=$api LOCAL=$(sed -n 's/^ready at \([^ ]*\).*/\1/p' "$work/local.log") "$@")
fi

stop "$sam"
left=$(docker ps -q --filter "ancestor=${image%-*}-rapid-$arch" | wc -l)
[ "$left" -eq 0 ] || { echo "containers are left: $left" >&2; docker ps >&2; exit 1; }
echo "sam local passed the journey and left no container"
