#!/usr/bin/env bash
# What must hold on any DynamoDB, here the one at the URL given: the behaviour suite, the contracts of repositories, the commands and the
# journey. cmd/lessons is left out: DynamoDB Local on a busy machine takes longer for its hundred writes at once than the SDK waits.
set -euo pipefail
cd "$(dirname "$0")/.."
go test -C local/dynamodb/behaviour -count=1 -endpoint "$1"
LYCEUM_DYNAMODB="$1" go test -count=1 -p 1 ./shared/dynamo ./cmd/{admin,backup,events,import-users,rebuild,uploads}
LYCEUM_DYNAMODB="$1" go test -count=1 ./local -run 'TestJourney$'
