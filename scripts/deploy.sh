#!/usr/bin/env bash
# Deploys an environment of samconfig.toml, region by region, or removes it: scripts/deploy.sh -h lists what it takes.
set -euo pipefail
cd "$(dirname "$0")/.."
exec go run ./scripts/deploy "$@"
