#!/usr/bin/env bash
# What `sam build` runs for each function, by the Makefile: scripts/sam-build.sh LOGICAL_ID ARTIFACTS_DIR
#
# The first function of a run compiles all, for arm64 and for this machine; the others find that done. Then each takes two hard links:
#   ARTIFACTS_DIR/bootstrap          for arm64, which `sam deploy` ships
#   build/sam/<folder>/bootstrap     for this machine, which `sam local` runs, with a template beside it that names its architecture
set -euo pipefail
cd "$(dirname "$0")/.."
artifacts=$2
run=$(dirname "$artifacts") # SAM empties it when it begins, so a mark in it is of this run
name=$(sed -E 's/Function$//; s/([a-z0-9])([A-Z])/\1-\2/g' <<<"$1" | tr '[:upper:]' '[:lower:]')
machine=$(go env GOHOSTARCH)

mkdir -p "$artifacts" build/sam
until mkdir "$run/.compiling" 2>/dev/null; do sleep 0.1; done # --parallel runs several of these at a time
trap 'rmdir "$run/.compiling"' EXIT
if [ ! -e "$run/.compiled" ] || [ -n "$(find functions shared go.mod go.sum template.go template.yaml -newer "$run/.compiled" | head -n 1)" ]; then
	touch "$run/.begun"
	scripts/build.sh $(printf '%s\n' arm64 "$machine" | sort -u)
	case $machine in amd64) architecture=x86_64 ;; *) architecture=$machine ;; esac
	sed "/^  Architecture:/,/Default:/ s/Default: .*/Default: $architecture/" template.yaml >build/sam/template.yaml
	mv "$run/.begun" "$run/.compiled"
fi

take() { # from to
	[ "$1" -ef "$2" ] || { mkdir -p "$(dirname "$2")" && ln -f "$1" "$2" 2>/dev/null || cp "$1" "$2"; }
}
folder=$(ls -d functions/*/"$name") # fails if the block's name is no folder's
take "build/arm64/$name" "$artifacts/bootstrap"
take "build/$machine/$name" "build/sam/$folder/bootstrap"
