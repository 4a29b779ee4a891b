#!/usr/bin/env bash
# Runs the real SAM CLI, installed from PyPI into .venv, with the arguments given.
set -euo pipefail
cd "$(dirname "$0")/.."
version=1.170.0
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION="${AWS_DEFAULT_REGION:-eu-west-1}"
if [ "$(.venv/bin/sam --version 2>/dev/null)" != "SAM CLI, version $version" ]; then
	python3 -m venv .venv || { echo "python3 with venv is needed (Debian: python3-venv)" >&2; exit 1; }
	.venv/bin/pip install -q "aws-sam-cli==$version"
fi
exec .venv/bin/sam "$@"
