#!/usr/bin/env bash
# Builds every function into build/<context>/<use case>/bootstrap, the folders that CodeUri in template.yaml names, in one go build for
# each group of a name. The flags are those of local/lambda/build.go; CGO is off, so the binaries run on provided.al2023 as they are.
set -euo pipefail
cd "$(dirname "$0")/.."
export CGO_ENABLED=0 GOOS=linux GOARCH="${GOARCH:-arm64}"
begin=$SECONDS
rm -rf build/bin build/auth build/users build/progress build/uploads build/ops
mkdir -p build/bin
mapfile -t packages < <(go list -f '{{if eq .Name "main"}}{{.ImportPath}}{{end}}' ./functions/...)
go build -buildvcs=false -tags lambda.norpc -trimpath -ldflags "-s -w" -o build/bin/ "${packages[@]}"
for package in "${packages[@]}"; do
	folder="build/${package#lyceum/functions/}"
	mkdir -p "$folder"
	mv "build/bin/${package##*/}" "$folder/bootstrap"
done
rmdir build/bin
echo "built ${#packages[@]} functions for linux/$GOARCH in $((SECONDS - begin)) s"
