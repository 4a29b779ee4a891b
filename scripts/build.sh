#!/usr/bin/env bash
# Compiles every function in one go build into build/<goarch>/<use case>, for each architecture named: scripts/build.sh [arm64] [amd64],
# arm64 if none. What has not changed is not linked again. The flags are those of local/lambda/build.go; CGO is off, so the binaries run
# on provided.al2023 as they are.
set -euo pipefail
cd "$(dirname "$0")/.."
begin=$SECONDS
for arch in "${@:-arm64}"; do
	CGO_ENABLED=0 GOOS=linux GOARCH=$arch go build -buildvcs=false -tags lambda.norpc -trimpath -ldflags "-s -w" -o "build/$arch/" ./functions/...
	for binary in "build/$arch"/*; do # of a use case that is no more
		ls -d functions/*/"${binary##*/}" >/dev/null 2>&1 || rm "$binary"
	done
done
echo "built $(ls "build/$arch" | wc -l | tr -d ' ') functions for linux/${*:-arm64} in $((SECONDS - begin)) s"
