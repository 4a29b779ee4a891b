#!/usr/bin/env bash
# Brings a whole system of the design guide here: made with miniflare (2,000 users, 50 lessons, 40,000 rows of progress, 300 files), exported
# with wrangler, brought by cmd/migrate to a local environment, killed twice on the way and run again. Needs Node.js; installs the rest from npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$PWD/build/guide-system
mkdir -p "$work"
if [ ! -d "$work/node_modules/miniflare" ]; then
	(cd "$work" && npm init -y >/dev/null && npm install --silent miniflare@4 wrangler@4)
fi
cp scripts/guide-system/make.mjs "$work"
[ -f "$work/export/database.sql" ] || (cd "$work" && node make.mjs "$work/export")

data=$(mktemp -d)
go build -o "$work/local" ./local
go build -o "$work/migrate" ./cmd/migrate
"$work/local" --port 0 --dynamodb-port 0 --s3-port 0 --data "$data" >"$work/local.log" 2>&1 &
local=$!
trap 'kill -TERM $local; wait $local || true; rm -rf "$data"' EXIT
for _ in $(seq 1500); do
	! grep -q '^ready at' "$work/local.log" || break
	kill -0 $local || { cat "$work/local.log"; exit 1; }
	sleep 0.2
done
api=$(sed -n 's/^ready at \([^ ]*\).*/\1/p' "$work/local.log")

for seconds in 5 15; do
	echo "killed after $seconds s:"
	timeout -s KILL "$seconds" "$work/migrate" --local --data "$data" "$work/export" || true
done
time "$work/migrate" --local --data "$data" "$work/export"
again=$("$work/migrate" --local --data "$data" "$work/export" | tail -n 1)
echo "again: $again"
[ "$again" = "brought 0 users, 0 lessons, 0 completions, 0 likes, 0 files" ]

for n in 0 7 1999; do
	answer=$(curl -sf "$api/api/auth/login" -H 'Content-Type: application/json' -d "{\"email\":\"learner$n@example.org\",\"password\":\"password of group $((n % 20))\"}")
	token=$(sed 's/.*"accessToken":"\([^"]*\)".*/\1/' <<<"$answer")
	want=$(awk -v u="$(sed -n "s/^INSERT INTO \"users\" VALUES('\([^']*\)','learner$n@.*/\1/p" "$work/export/database.sql")" \
		-F "[(,]" '/^INSERT INTO "progress"/ && index($0, u) && $4 == 1 { n++ } END { print n + 0 }' "$work/export/database.sql")
	got=$(curl -sf "$api/api/progress/stats" -H "Authorization: Bearer $token" | grep -o '"completed":[0-9]*' | sed -n '1s/.*://p')
	files=$(curl -sf "$api/api/uploads?limit=100" -H "Authorization: Bearer $token" | grep -o '"fileName"\|"originalName"' | wc -l)
	echo "learner$n signs in, has $got of $want completions and $files files"
	[ "$got" = "$want" ]
done
