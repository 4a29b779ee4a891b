#!/usr/bin/env bash
# Starts the local cloud without data and compares its DynamoDB with the DynamoDB Local that scripts/dynamodb-local.sh starts.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${1:-8010}
work=$(mktemp -d)
go build -o "$work/local" ./local
"$work/local" --port 0 --s3-port 0 --dynamodb-port $((port + 1)) --data "$work/data" >"$work/log" 2>&1 &
local=$!
trap 'kill -TERM $local; wait $local || true; rm -rf "$work"' EXIT
for _ in $(seq 600); do grep -q '^ready at' "$work/log" && break; sleep 0.2; done
grep -q '^ready at' "$work/log" || { cat "$work/log" >&2; exit 1; }
scripts/dynamodb-local.sh "$port" -- go run ./scripts/bench-dynamodb "http://127.0.0.1:$((port + 1))" "http://127.0.0.1:$port"
