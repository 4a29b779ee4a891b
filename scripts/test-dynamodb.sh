#!/usr/bin/env bash
# What must hold on any DynamoDB, here the one at the URL given: the behaviour suite, the contracts of repositories, the commands and the
# journey.
set -euo pipefail
cd "$(dirname "$0")/.."
go test -C local/dynamodb/behaviour -count=1 -endpoint "$1"
LYCEUM_DYNAMODB="$1" go test -count=1 ./shared/dynamo ./cmd/...
LYCEUM_DYNAMODB="$1" go test -count=1 ./local -run 'TestJourney$'
