#!/usr/bin/env bash
# Serves template.yaml for a moment and runs a script against it: scripts/uploads.sh browser | large-upload [flag of local]
set -euo pipefail
cd "$(dirname "$0")/.."
port=18473 seconds=8
work=$(mktemp -d)
touch "$work/out"
go build -o "$work/local" ./local
"$work/local" --port 0 --dynamodb-port 0 --s3-port 0 --data "$work/data" \
	--parameter-overrides "AllowedOrigins=http://localhost:$port UploadFormSeconds=$seconds" "${@:2}" >"$work/out" 2>"$work/log" &
pid=$!
trap 'kill $pid 2>/dev/null; wait $pid 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 600); do
	api=$(sed -n 's/^ready at \([^ ]*\).*/\1/p' "$work/out")
	[ -n "$api" ] && break
	kill -0 $pid 2>/dev/null || { cat "$work/log"; exit 1; }
	sleep 1
done
case $1 in
browser)
	npm ci --prefix scripts/browser --silent
	FORM_SECONDS=$seconds CHROMIUM=$(command -v chromium) node scripts/browser/run.mjs "$api" $port "${SCREENSHOT:-build/browser.png}"
	;;
large-upload) go run ./scripts/large-upload "$api" ;;
esac
