#!/usr/bin/env bash
# What `sam deploy` says when no environment is named, with and without --guided: one sentence, before it asks AWS or the user for anything.
set -euo pipefail
cd "$(dirname "$0")/.."
for guided in "" --guided; do
	if answer=$(scripts/sam.sh deploy $guided </dev/null 2>&1) || ! grep -q "type: sam build && sam deploy --config-env dev" <<<"$answer"; then
		echo "sam deploy $guided does not say what to type: $answer" >&2
		exit 1
	fi
done
echo "sam deploy without an environment says what to type"
